package dev.lockstep.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.mirror.TestMirror.Kind;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What an error of a database means, by its SQLSTATE, its number, or SQLite's result code. */
class ErrorsTest {
    private static final String TABLE =
            "create table e (id integer primary key, word varchar(3) not null, n smallint, check (n > 0))";

    @TempDir
    private Path dir;

    /** @param states of PostgreSQL, MariaDB, MySQL and SQLite; {@code -} for one that takes it */
    private static void means(Kind kind, Db db, String sql, Reason reason, String states) {
        int place =
                switch (kind) {
                    case POSTGRESQL -> 0;
                    case MARIADB -> 1;
                    case MYSQL -> 2;
                    case SQLITE -> 3;
                };
        String state = states.split(" ", -1)[place];
        if (state.equals("-")) {
            return;
        }
        DbException e = catchThrowableOfType(DbException.class, () -> db.run(tx -> tx.update(sql)));
        assertThat(e).as(sql).isNotNull();
        assertThat(e.reason()).as(sql + ": " + e.getMessage()).isEqualTo(reason);
        assertThat(e.sqlState()).as(sql + ": " + e.getMessage()).isEqualTo(state);
    }

    @ParameterizedTest
    @EnumSource
    void aConstraintIsToldFromAValueAndBothFromAName(Kind kind) throws Exception {
        try (Subject subject = new Subject(kind, dir);
                Db db = subject.open()) {
            db.run(tx -> tx.execute(TABLE));
            db.run(tx -> tx.update("insert into e values (1, 'one', 1)"));
            String constraint = " SQLITE_CONSTRAINT";

            means(kind, db, "insert into e values (1, 'two', 2)", Reason.DUPLICATE, "23505 23000 23000" + constraint);
            means(kind, db, "insert into e values (2, null, 2)", Reason.BAD_VALUE, "23502 23000 23000" + constraint);
            means(kind, db, "insert into e values (2, 'two', 0)", Reason.BAD_VALUE, "23514 23000 HY000" + constraint);
            means(kind, db, "insert into e values (2, 'four', 2)", Reason.BAD_VALUE, "22001 22001 22001 -");
            means(kind, db, "insert into e values (2, 'two', 70000)", Reason.BAD_VALUE, "22003 22003 22003 -");
            means(kind, db, "insert into e values (2, 'two', 1 / 0)", Reason.BAD_VALUE, "22012 22012 22012 -");
            Reason none = kind == Kind.SQLITE ? Reason.OTHER : Reason.NO_SUCH_OBJECT;
            means(kind, db, "delete from nowhere", none, "42P01 42S02 42S02 SQLITE_ERROR");
            means(kind, db, "delete from e where nothing = 1", none, "42703 42S22 42S22 SQLITE_ERROR");
            means(kind, db, "delete form e", Reason.OTHER, "42601 42000 42000 SQLITE_ERROR");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoMayOnlyReadIsTold(Kind kind) throws Exception {
        try (Subject subject = new Subject(kind, dir)) {
            try (Db db = subject.open()) {
                db.run(tx -> tx.execute(TABLE));
            }
            try (Db db = subject.open(Subject.READ)) {
                means(
                        kind,
                        db,
                        "insert into e values (1, 'one', 1)",
                        Reason.READ_ONLY,
                        "25006 25006 25006 SQLITE_READONLY");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void aLockThatIsNotGivenInTimeIsBusy(Kind kind) throws Exception {
        try (Subject subject = new Subject(kind, dir);
                Db db = subject.open();
                Db late = subject.open(Subject.WRITE.withLockTimeout(Duration.ofMillis(50)))) {
            db.run(tx -> tx.execute(TABLE));
            db.run(tx -> tx.update("insert into e values (1, 'one', 1)"));
            db.run(tx -> {
                tx.update("update e set n = 2");
                means(kind, late, "delete from e where id = 1", Reason.BUSY, "55P03 HY000 HY000");
            });
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void aQueryThatTakesTooLongIsTimedOut(Kind kind) throws Exception {
        String endless = "with recursive i (i) as (select 1 union all select i + 1 from i where i < 1000)"
                + " select count(*) from i a, i b, i c, i d";
        try (Subject subject = new Subject(kind, dir);
                Db db = subject.open(Subject.WRITE.withStatementTimeout(Duration.ofMillis(50)))) {
            DbException e = catchThrowableOfType(DbException.class, () -> db.read(tx -> tx.only(endless)));
            assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.TIMED_OUT);
        }
    }
}
