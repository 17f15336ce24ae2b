/**
 * PostgreSQL: logging in, what a session relies on, how a transaction goes, and what an error means.
 *
 * <p>{@link dev.lockstep.db.libpq.PgTarget} has found out where to connect, as psql would, and keeps each parameter with
 * the place it came from. {@code DriverProperties} puts that into the driver's words, and
 * {@link dev.lockstep.db.postgres.PostgresConnector} logs in. What the server tells about itself in its answer is
 * checked, so that it costs no round trip. One more sets what the session relies on, whatever the role or the server are
 * set to ({@link dev.lockstep.db.postgres.SessionSettings}): limits of time, isolation, row security, keepalives of the
 * server's side. It does not travel in the first packet, for a pooler refuses there what it does not know.
 *
 * <p>The same round trip shows whether a pooler stands between: another backend answers than the one that the connection
 * was opened to. It may lend each transaction another server connection, which is somebody else's afterwards. So nothing
 * is set there for longer than a transaction, what others have left there is undone for as long, each statement outside any
 * gets one of its own, the driver keeps no prepared statements, and whoever needs a session is refused ({@link dev.lockstep.db.Db#isPooled}) or, if it listens,
 * proves first that it hears. The user's own options are set in the same way if the pooler refuses or drops them.
 *
 * <table>
 * <caption>What goes wrong, and what comes of it</caption>
 * <tr><td>the description is wrong, or unknown in part</td><td>usage; no value is shown, for any may be a password</td></tr>
 * <tr><td>a password on the command line or in a profile</td><td>usage; others can read it there</td></tr>
 * <tr><td>others may read {@code .pgpass}</td><td>it does not count, and the target warns; an asked-for file is refused</td></tr>
 * <tr><td>no answer, or not in time</td><td>the next address, then the next host; unreachable after the last</td></tr>
 * <tr><td>the login is refused</td><td>the end, as in libpq; the hint says where user and password came from</td></tr>
 * <tr><td>too many connections</td><td>a timeout: it may pass later</td></tr>
 * <tr><td>too old, not UTF8, a standby for a writer</td><td>refused: nothing can be done there</td></tr>
 * </table>
 */
package dev.lockstep.db.postgres;
