/**
 * The front of lockstep for Java programs: one class for each thing to be kept in step.
 *
 * <ul>
 *   <li>{@link dev.lockstep.api.Mirror}: tables of a SQLite file, kept equal in another database.
 *   <li>{@link dev.lockstep.api.FtsDeferral}: SQLite's search indexes, deferred around bulk work.
 *   <li>{@link dev.lockstep.api.Invalidations}: what a program has of realms in memory, kept in step by PostgreSQL;
 *       {@link dev.lockstep.api.InvalidationSender} tells it, {@link dev.lockstep.api.RealmLock} keeps other writers out.
 *   <li>{@link dev.lockstep.api.SharedBuilds}: what is compiled of a realm's files, built once by a fleet.
 *   <li>{@link dev.lockstep.api.AuditLog}: an application's audit log, and its indexes.
 * </ul>
 *
 * <p><b>Databases.</b> A database is named by a URL (also one of JDBC's), by a URL and {@link java.util.Properties} with
 * {@code user} and {@code password}, or by a {@link javax.sql.DataSource}, which may be a pool. What a URL leaves open comes from
 * the environment, as for psql ({@code PG*}, {@code ~/.pgpass}) and MariaDB's client ({@code ~/.my.cnf}). A connection that a pool
 * lends goes back to it with its autocommit, isolation and settings as they were; what lockstep opens itself, it closes. MariaDB's and SQLite's
 * data sources are only asked where they lead, for what those connections are like is settled when they are opened.
 *
 * <p><b>Configuration</b> is immutable: each method gives a changed copy, which any thread may keep and use again.
 *
 * <p><b>Calls block</b> until they are done. An interrupt ends the statement that is running, what was begun is undone, and the
 * call throws {@link java.lang.InterruptedException}; if it was done already, it returns and leaves the thread interrupted.
 * Listeners are told by a thread of lockstep's.
 *
 * <p><b>Errors</b> are {@link dev.lockstep.support.LockstepException}: branch on its code and kind; its message has no password in it.
 * What may be done about it with lockstep is its remedy.
 *
 * <p><b>Logs</b> go to {@link java.lang.System.Logger} {@code dev.lockstep}; figures to {@link dev.lockstep.api.Metrics}.
 */
package dev.lockstep.api;
