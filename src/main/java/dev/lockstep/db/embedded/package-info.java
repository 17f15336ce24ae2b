/**
 * A PostgreSQL for whoever has none: its binaries on the class path or fetched from Maven Central, unpacked once a user,
 * started by the first process that needs it, stopped by a guard when the last one is gone.
 */
package dev.lockstep.db.embedded;
