package dev.lockstep.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.db.DbException.Reason;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.Fault.Mode;
import dev.lockstep.testing.Sweep;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every engine's {@link Db} does alike; each engine adds what only it does. */
public abstract class DbConformance {
    public static final String CREATE = "create table note (id bigint primary key, body text not null)";
    public static final String INSERT = "insert into note (id, body) values (?, ?)";
    public static final String COUNT = "select count(*) from note";

    /** Another connection to the test's one database, with a fault in it. */
    protected abstract Db open(Fault fault);

    /** A connection that may only read. */
    protected abstract Db openToRead();

    /** A connection that waits for a lock hardly at all. */
    protected abstract Db openImpatient();

    /** What the engine calls its 64-bit integer, text, binary and floating-point types, in this order. */
    protected abstract String types();

    /** What a statement on a table that is not there means; SQLite has only a message for it. */
    protected abstract Reason noSuchTable();

    protected final Db open() {
        return open(Fault.none());
    }

    public static Reason reason(ThrowingCallable call) {
        DbException e = catchThrowableOfType(DbException.class, call);
        assertThat(e).as("an error of the database").isNotNull();
        return e.reason();
    }

    public static long count(Db db) {
        return db.autocommit(tx -> tx.only(COUNT)).integer(0);
    }

    private static Db withNotes(Db db) {
        db.run(tx -> tx.execute(CREATE));
        return db;
    }

    @Test
    protected void aTransactionIsSeenByOthersOnceItHasEnded() {
        try (Db db = withNotes(open());
                Db other = open()) {
            String returned = db.transact(tx -> {
                tx.update(INSERT, 1L, "one");
                return "done";
            });

            assertThat(returned).isEqualTo("done");
            assertThat(count(other)).isOne();
        }
    }

    @Test
    protected void anExceptionRollsBackAndComesOutAsItIs() {
        try (Db db = withNotes(open())) {
            RuntimeException mistake = new IllegalArgumentException("a mistake of the caller's");
            Error worse = new AssertionError("a worse one");

            assertThatThrownBy(() -> db.run(tx -> {
                        tx.update(INSERT, 1L, "one");
                        throw mistake;
                    }))
                    .isSameAs(mistake)
                    .hasNoSuppressedExceptions();
            assertThatThrownBy(() -> db.run(tx -> {
                        tx.update(INSERT, 1L, "one");
                        throw worse;
                    }))
                    .isSameAs(worse)
                    .hasNoSuppressedExceptions();

            assertThat(count(db)).isZero();
            db.run(tx -> tx.update(INSERT, 1L, "one"));
            assertThat(count(db)).isOne();
        }
    }

    @Test
    protected void aConflictThatDoesNotPassIsReportedAfterFiveTries() {
        List<Integer> tries = new ArrayList<>();
        try (Db db = withNotes(open())) {
            assertThat(reason(() -> db.run(tx -> {
                        tries.add(tries.size());
                        tx.update(INSERT, 1L, "one");
                        throw new DbException(Reason.CONFLICT, "40001", "a conflict", null, null);
                    })))
                    .isEqualTo(Reason.CONFLICT);
            assertThat(count(db)).isZero();
        }
        assertThat(tries).hasSize(5);
    }

    @Test
    protected void aStatementOutsideATransactionCommitsByItself() {
        try (Db db = withNotes(open());
                Db other = open()) {
            int changed = db.autocommit(tx -> tx.update(INSERT, 1L, "one"));

            assertThat(changed).isOne();
            assertThat(count(other)).isOne();
        }
    }

    @Test
    protected void aReadSeesOneSnapshot() {
        try (Db db = withNotes(open());
                Db other = open()) {
            prepareForSnapshots(db);
            List<Long> counts = db.read(tx -> {
                long before = tx.only(COUNT).integer(0);
                other.run(write -> write.update(INSERT, 1L, "one"));
                return List.of(before, tx.only(COUNT).integer(0));
            });

            assertThat(counts).containsExactly(0L, 0L);
            assertThat(count(db)).isOne();
        }
    }

    /** SQLite lets a writer pass a reader only in WAL mode. */
    protected void prepareForSnapshots(Db db) {}

    @Test
    protected void readAccessCannotWrite() {
        try (Db db = withNotes(open());
                Db reader = openToRead()) {
            assertThat(reason(() -> reader.run(tx -> tx.update(INSERT, 1L, "one"))))
                    .isEqualTo(Reason.READ_ONLY);
            assertThat(reason(() -> reader.autocommit(tx -> tx.update(INSERT, 1L, "one"))))
                    .isEqualTo(Reason.READ_ONLY);
            assertThat(reader.<Long>read(tx -> tx.only(COUNT).integer(0))).isZero();
            assertThat(count(db)).isZero();
        }
    }

    @Test
    protected void aLockThatSomebodyElseHoldsIsBusy() {
        try (Db db = withNotes(open());
                Db impatient = openImpatient()) {
            db.run(tx -> tx.update(INSERT, 1L, "one"));
            db.run(tx -> {
                tx.update("update note set body = 'locked' where id = 1");

                assertThat(reason(() -> impatient.run(late -> late.update("delete from note where id = 1"))))
                        .isEqualTo(Reason.BUSY);
            });
            impatient.run(tx -> tx.update("delete from note where id = 1"));
            assertThat(count(db)).isZero();
        }
    }

    @Test
    protected void whatTheDataForbidsHasAReason() {
        try (Db db = withNotes(open())) {
            db.run(tx -> tx.update(INSERT, 1L, "one"));

            assertThat(reason(() -> db.run(tx -> tx.update(INSERT, 1L, "again"))))
                    .isEqualTo(Reason.DUPLICATE);
            assertThat(reason(() -> db.run(tx -> tx.update(INSERT, 2L, null)))).isEqualTo(Reason.BAD_VALUE);
            assertThat(reason(() -> db.run(tx -> tx.rows("select 1 from nowhere"))))
                    .isEqualTo(noSuchTable());
        }
    }

    @Test
    protected void aBatchIsStoredWholeOrNotAtAll() {
        try (Db db = withNotes(open())) {
            db.run(tx -> tx.updateAll(INSERT, List.of(new Object[] {1L, "one"}, new Object[] {2L, "two"})));
            assertThat(count(db)).isEqualTo(2);

            assertThatThrownBy(() -> db.run(tx -> tx.updateAll(
                            INSERT, List.of(new Object[] {3L, "three"}, new Object[] {1L, "a private matter"}))))
                    .isInstanceOfSatisfying(
                            DbException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DUPLICATE))
                    .message()
                    .containsPattern("(?i)unique|duplicate")
                    .doesNotContain("private");
            assertThat(count(db)).isEqualTo(2);
        }
    }

    @Test
    protected void valuesComeBackAsTheyWent() {
        String[] types = types().split(" ", -1);
        String text = "é 漢 🦊 ' \" \\ \n";
        byte[] binary = {0, 1, -1};
        try (Db db = open()) {
            db.run(tx -> tx.execute("create table sample (least %s, most %s, word %s, picture %s, weight %s, none %s)"
                    .formatted(types[0], types[0], types[1], types[2], types[3], types[1])));
            db.run(tx -> tx.update(
                    "insert into sample values (?, ?, ?, ?, ?, ?)",
                    Long.MIN_VALUE,
                    Long.MAX_VALUE,
                    text,
                    binary,
                    0.1,
                    null));
            Row row = db.read(tx -> tx.only("select least, most, word, picture, weight, none from sample"));

            assertThat(row.width()).isEqualTo(6);
            assertThat(row.integer("least")).isEqualTo(Long.MIN_VALUE);
            assertThat(row.integer("MOST")).isEqualTo(Long.MAX_VALUE);
            assertThat(row.text("word")).isEqualTo(text);
            assertThat((byte[]) row.value("picture")).isEqualTo(binary);
            assertThat(row.value("weight")).isEqualTo(0.1);
            assertThat(row.text("none")).isNull();
            assertThat(row.isNull("none")).isTrue();
            assertThatThrownBy(() -> row.value("elsewhere")).hasMessageContaining("no column elsewhere");
        }
    }

    @Test
    protected void aValueIsNeverReadAsSomethingElse() {
        try (Db db = open()) {
            Row row = db.read(tx -> tx.only("select 1.5 as half, 'x' as word, nullif(1, 1) as none"));

            assertThatThrownBy(() -> row.integer("half")).hasMessageContaining("half is not a whole number");
            assertThatThrownBy(() -> row.integer("word")).hasMessageContaining("word is not a whole number");
            assertThatThrownBy(() -> row.integer("none")).hasMessageContaining("none is not a whole number");
        }
    }

    @Test
    protected void manyRowsAreHandedOverOneByOne() {
        List<Object[]> many = new ArrayList<>();
        for (long id = 1; id <= 2_500; id++) {
            many.add(new Object[] {id, "body"});
        }
        List<Long> seen = new ArrayList<>();
        try (Db db = withNotes(open())) {
            db.run(tx -> tx.updateAll(INSERT, many));
            db.read(tx -> {
                tx.each("select id from note where id > ? order by id", row -> seen.add(row.integer(0)), 100L);
                return null;
            });
        }
        assertThat(seen).hasSize(2_400).startsWith(101L).endsWith(2_500L);
    }

    @Test
    protected void theFirstErrorSurvivesACleanUpThatFails() {
        withNotes(open()).close();
        RuntimeException mistake = new IllegalArgumentException("a mistake of the caller's");
        // The rollback is the call after the insert; whatever came before is counted, not assumed.
        Fault counter = Fault.none();
        try (Db db = open(counter)) {
            db.run(tx -> tx.update(INSERT, 1L, "one"));
        }
        try (Db db = open(Fault.at(counter.calls(), Mode.THROW_BEFORE))) {
            assertThatThrownBy(() -> db.run(tx -> {
                        tx.update(INSERT, 2L, "two");
                        throw mistake;
                    }))
                    .isSameAs(mistake)
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        }
    }

    @Test
    protected void aTransactionIsWholeOrAbsentWhateverBreaksWhen() throws Exception {
        withNotes(open()).close();

        int broken = Sweep.startingFrom(run -> (long) run)
                .running((id, fault) -> {
                    try (Db db = open(fault)) {
                        db.run(tx -> {
                            tx.update(INSERT, 2 * id, "left");
                            tx.update(INSERT, 2 * id + 1, "right");
                        });
                    }
                })
                .checking(id -> {
                    try (Db db = open()) {
                        Row row = db.read(
                                tx -> tx.only("select count(*) from note where id in (?, ?)", 2 * id, 2 * id + 1));
                        assertThat(row.integer(0)).isIn(0L, 2L);
                    }
                })
                .run(Mode.THROW_BEFORE, Mode.THROW_AFTER, Mode.CLOSE);

        assertThat(broken).isGreaterThan(9);
    }
}
