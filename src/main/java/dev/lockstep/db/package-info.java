/**
 * Databases: opening them, transactions, rows, names, locks, notifications, and errors that say what to do.
 *
 * <p>The only package that imports {@code java.sql} and the drivers. What two mechanisms need, and neither owns, is here.
 *
 * <h2>Opening PostgreSQL</h2>
 *
 * <p>{@link dev.lockstep.db.libpq.PgTarget} finds out where to connect, as psql would: {@code ConnectionString} reads the text, {@code
 * ServiceFile} and {@code PasswordFile} what it refers to, {@code PgSettings} keeps each parameter with the place it came
 * from. {@code PgProperties} puts that into the driver's words, and {@code Postgres} logs in. What the server tells about
 * itself in its answer is checked, so that it costs no round trip. One more sets what the session relies on, whatever the
 * role or the server are set to ({@code SessionSettings}): limits of time, isolation, row security, keepalives of the
 * server's side. It does not travel in the first packet, for a pooler refuses there what it does not know.
 *
 * <p>The same round trip shows whether a pooler stands between: another backend answers than the one that the connection was
 * opened to. It may lend each transaction another server connection, which is somebody else's afterwards. So nothing is
 * set there for longer than a transaction, each statement outside any gets one of its own, the driver keeps no prepared
 * statements, and whoever needs a session is refused ({@link dev.lockstep.db.Db#isPooled}) or, if it listens, proves first
 * that it hears. The user's own options are set in the same way if the pooler refuses or drops them.
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
 *
 * <h2>Opening MariaDB and MySQL</h2>
 *
 * <p>{@link dev.lockstep.db.mariadb.MariaDbTarget} reads a URL, and what it leaves open from where the server's own clients look;
 * {@code MariaDb} logs in. What the server would do otherwise is set for each session, and asked for again, since a proxy
 * may keep its own: strict mode, or it cuts and rounds values in silence; utf8mb4, or it replaces characters; names in
 * double quotes, so that one {@link dev.lockstep.db.Identifier} serves every engine; UTC; READ COMMITTED. Of two
 * transactions in a deadlock it rolls back one as a whole and would let it go on without what it had written: such a
 * transaction cannot be committed. DDL commits the transaction that it stands in.
 *
 * <p>{@link dev.lockstep.db.DbTarget} is a target of any engine; {@link dev.lockstep.db.Db#engine()} says which one answers.
 */
package dev.lockstep.db;
