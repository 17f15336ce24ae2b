/**
 * Where PostgreSQL is, found as psql finds it: connection strings, services, variables, password files. It reads files and text only, and
 * knows no driver.
 */
package dev.lockstep.db.libpq;
