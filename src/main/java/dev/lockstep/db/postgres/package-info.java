/** PostgreSQL: logging in, what a session relies on, how a transaction goes, and what an error means. */
package dev.lockstep.db.postgres;
