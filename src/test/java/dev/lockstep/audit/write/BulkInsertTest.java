package dev.lockstep.audit.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.audit.AuditDatabase;
import dev.lockstep.audit.AuditDatabase.Kind;
import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.open.Targets;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Counts;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However wide a table is, and however many rows a statement may have, no limit of the engine is met. */
class BulkInsertTest {
    private static final int WIDEST = 200;
    private static final int[] BATCHES = {1, 2, 7, 100, 499, 500, 501, 4_096, 32_766, 65_535, 65_536, 100_000};

    @TempDir
    Path dir;

    /** What works on an open database. */
    @FunctionalInterface
    private interface Work {
        void on(Db db, AuditDatabase database) throws SQLException;
    }

    private void with(Kind kind, Work work) throws SQLException {
        try (AuditDatabase database = AuditDatabase.empty(kind, dir.resolve("wide.db"));
                Databases databases = new Databases(new Environment(database.environment()));
                Db db = databases.open(
                        Targets.resolve(database.url(), TargetSources.of(databases.environment())),
                        Session.of("test", Session.Use.WRITE))) {
            work.on(db, database);
        }
    }

    private static List<String> columns(int width) {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            columns.add("c" + i);
        }
        return columns;
    }

    private static List<Object[]> rows(int count, int width) {
        List<Object[]> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Object[] row = new Object[width];
            Arrays.fill(row, "same");
            row[width - 1] = "own" + i;
            row[0] = Integer.toString(i);
            rows.add(row);
        }
        return rows;
    }

    private static long inserted(Db db, int width, int batch, int count) {
        List<String> columns = columns(width);
        // InnoDB's rows have no room for so many texts.
        String engine = db.engine() == Engine.MARIADB ? " engine = myisam" : "";
        return db.transact(tx -> {
            tx.execute("create temporary table wide (" + String.join(" text, ", columns) + " text)" + engine);
            BulkInsert insert = new BulkInsert(db, "wide", columns, batch);
            insert.insert(tx, rows(count, width));
            long right = tx.only("select count(*) as n, count(distinct c0) as d, sum(case when c" + (width - 1)
                            + " in (c0, 'own' || c0, concat('own', c0)) then 1 else 0 end) as own from wide")
                    .integer("own");
            tx.execute("drop table wide");
            return right;
        });
    }

    /** Each width with one of the batches; with the largest of them, all the rows that one statement takes and one more. */
    @ParameterizedTest
    @EnumSource
    void everyWidthAndEveryBatchFits(Kind kind) throws SQLException {
        int limit = kind == Kind.SQLITE ? 32_766 : 65_535;
        with(kind, (db, database) -> {
            for (int width = 1; width <= WIDEST; width++) {
                int batch = BATCHES[width % BATCHES.length];
                assertThat(inserted(db, width, batch, 20))
                        .as("%d by %d", width, batch)
                        .isEqualTo(20);
            }
            for (int width = 1; width <= WIDEST; width += Counts.of(width < 4 ? 1 : 49, 1)) {
                for (int batch : new int[] {limit / width, 100_000}) {
                    int full = limit / width + 1;
                    assertThat(inserted(db, width, batch, full))
                            .as("%d by %d", width, batch)
                            .isEqualTo(full);
                }
            }
        });
    }

    /** Many characters of these rows need an escape, and take twice their room. */
    @Test
    void aStatementFitsIntoAPacket() throws SQLException {
        with(Kind.MARIADB, (db, database) -> {
            database.execute("create table large (a longtext, b longtext)");
            BulkInsert insert = new BulkInsert(db, "large", List.of("a", "b"), 500);
            List<Object[]> rows = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                rows.add(new Object[] {"'".repeat(3 << 20), "é".repeat(1 << 20)});
            }
            db.run(tx -> insert.insert(tx, rows));
            assertThat(database.ask("select count(*) from large where length(a) = 3145728 and length(b) = 2097152"))
                    .isEqualTo("3");

            int packet = Integer.parseInt(database.ask("select @@max_allowed_packet"));
            List<Object[]> tooLarge = List.<Object[]>of(new Object[] {"\\".repeat(packet / 2), ""});
            assertThatThrownBy(() -> db.run(tx -> insert.insert(tx, tooLarge)))
                    .isInstanceOf(LockstepException.class)
                    .hasMessageContaining("larger than the server takes");
        });
    }
}
