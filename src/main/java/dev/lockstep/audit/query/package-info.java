/**
 * Queries that one b-tree can serve, as people copy them from logs, and what of an index each needs. It asks the database for the
 * table's columns, and for nothing else.
 */
package dev.lockstep.audit.query;
