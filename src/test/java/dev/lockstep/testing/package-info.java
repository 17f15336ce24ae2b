/**
 * What the other tests stand on: real servers, real faults, and checks that nothing is left behind.
 *
 * <ul>
 *   <li>{@link dev.lockstep.testing.TestPostgres}: one server per JVM, started when the first test asks. Each test that takes a
 *       {@link dev.lockstep.testing.TestDatabase} parameter gets a <em>database</em> of its own, not a schema: NOTIFY channels,
 *       advisory locks and {@code pg_stat_activity} rows belong to a database, so two tests cannot hear, block or
 *       count each other, and after a test whatever is still connected to its database is that test's leak.
 *   <li>{@link dev.lockstep.testing.TestMariaDb}: the same for MariaDB, and {@link dev.lockstep.testing.TestMySql} for MySQL.
 *   <li>{@link dev.lockstep.testing.TestSqlite}: SQLite files, made and read with the bare driver.
 *   <li>{@link dev.lockstep.testing.Fault}: what goes wrong at the Nth call to a database; {@link
 *       dev.lockstep.testing.Sweep} tries every N, which is the main proof of whatever claims to survive a crash.
 *   <li>{@link dev.lockstep.testing.ChildJvm}: another process, to be killed or stopped; {@link
 *       dev.lockstep.testing.LockstepRun} runs a command in one, or here, with a fault. Main code has no hook for any
 *       of this: a fault sits in an ordinary constructor argument of {@link dev.lockstep.db.open.Databases}.
 *   <li>{@link dev.lockstep.testing.FaultProxy}: a network that freezes, resets, slows, and loses acknowledgements.
 *   <li>{@link dev.lockstep.testing.TransactionPooler}: a pooler behind which a listener hears nothing.
 *   <li>{@link dev.lockstep.testing.Await}: the one way to wait: for a condition, with a deadline.
 *   <li>{@link dev.lockstep.testing.TestSession}: stops the servers when the run ends, and fails it for what tests left.
 * </ul>
 *
 * <p>{@link dev.lockstep.testing.TestServer} decides which server that is: one that an environment variable names, one in
 * a container under the profile {@code containers} (see {@code src/test/containers/README}), or one that the JVM starts.
 *
 * <p>Without that profile Docker is not looked for: a test run would then pull images without being asked, and mean
 * something else on each machine.
 *
 * <p>All files go under {@code target/}; nothing is left in the temporary folder.
 */
package dev.lockstep.testing;
