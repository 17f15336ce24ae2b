package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.support.Json;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import dev.lockstep.testing.MySqlDatabase;
import dev.lockstep.testing.MySqlExtension;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whatever tables there are and whatever is in them: a table of the mirror is equal, or was refused before the first write. */
@ExtendWith({PostgresExtension.class, MariaDbExtension.class, MySqlExtension.class})
class AnySchemaTest {
    private static final int TABLES = 20;
    private static final int MISMATCH = 20;

    @TempDir
    private Path dir;

    @Test
    void onPostgres(TestDatabase mirror) throws SQLException {
        tryAll(Counts.of(3, 400), MirrorPair.of(dir.resolve("source.db"), mirror));
    }

    @Test
    void onMariaDb(MariaDbDatabase mirror) throws SQLException {
        tryAll(Counts.of(3, 400), MirrorPair.of(dir.resolve("source.db"), mirror));
    }

    @Test
    @Tag("nightly")
    void onMySql(MySqlDatabase mirror) throws SQLException {
        tryAll(Counts.of(10, 500), MirrorPair.of(dir.resolve("source.db"), mirror));
    }

    @Test
    void onSqlite() throws SQLException {
        tryAll(Counts.of(3, 200), MirrorPair.of(dir.resolve("source.db"), dir.resolve("mirror.db")));
    }

    /** Whether nothing of a refused table was written; a table that was equal before may be as it was. */
    private static boolean untouched(MirrorPair pair, String table) throws SQLException {
        String state = "select count(*) from lockstep_mirror_ckpt where tbl = ?";
        try (Connection connection = pair.opener().open();
                PreparedStatement pages = connection.prepareStatement(state)) {
            pages.setString(1, table);
            try (ResultSet rs = pages.executeQuery()) {
                rs.next();
                long recorded = rs.getLong(1);
                return recorded > 0 || isEmptyOrMissing(connection, table);
            }
        }
    }

    private static boolean isEmptyOrMissing(Connection connection, String table) throws SQLException {
        try (ResultSet found = connection.getMetaData().getTables(connection.getCatalog(), null, null, null)) {
            while (found.next()) {
                if (found.getString("TABLE_NAME").equals(table)) {
                    return isEmpty(connection, table);
                }
            }
            return true;
        }
    }

    private static boolean isEmpty(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select 1 from " + Mirrored.quoted(table))) {
            return !rows.next();
        }
    }

    private void tryAll(int databases, MirrorPair pair) throws SQLException {
        // Whatever refers to it.
        boolean mariaDb = pair.url().startsWith("m");
        String before = mariaDb ? "set foreign_key_checks = 0" : "select 1";
        String after = pair.url().startsWith("postgres") ? " cascade" : "";
        int equal = 0;
        for (int seed = 0; seed < databases; seed++) {
            RandomSchema schema = new RandomSchema(new Random(seed));
            List<RandomSchema.Table> tables = new ArrayList<>();
            for (int i = 0; i < TABLES; i++) {
                tables.add(schema.table("%d_%d".formatted(seed, i)));
            }
            remake(pair.source());
            for (RandomSchema.Table table : tables) {
                fill(pair.source(), table);
            }
            equal += check(seed, pair, tables);
            for (RandomSchema.Table table : tables) {
                change(pair.source(), table);
            }
            check(seed, pair, tables);
            for (RandomSchema.Table table : tables) {
                pair.execute(before, "drop table if exists " + Mirrored.quoted(table.name()) + after);
            }
        }
        assertThat(equal).as("tables that were not refused").isGreaterThan(databases * TABLES / 3);
    }

    private static void remake(Path source) throws SQLException {
        try {
            Files.deleteIfExists(source);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        TestSqlite.create(source, "pragma user_version = 1");
    }

    /** Makes a table; a row that its own constraints refuse is left out. */
    private static void fill(Path source, RandomSchema.Table table) throws SQLException {
        TestSqlite.create(source, table.ddl());
        try (Connection connection = TestSqlite.connect(source);
                Statement statement = connection.createStatement()) {
            for (String index : table.indexes()) {
                statement.execute(index);
            }
        }
        change(source, table);
    }

    private static void change(Path source, RandomSchema.Table table) throws SQLException {
        try (Connection connection = TestSqlite.connect(source);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : table.changes()) {
                attempt(statement, sql);
            }
            connection.commit();
        }
    }

    /** A text is no row number, and nothing lets SQLite pass over that. */
    private static void attempt(Statement statement, String sql) throws SQLException {
        try {
            statement.execute(sql);
        } catch (SQLException e) {
            if (e.getErrorCode() != MISMATCH) {
                throw e;
            }
        }
    }

    /** @return how many tables were not refused */
    private static int check(int seed, MirrorPair pair, List<RandomSchema.Table> tables) throws SQLException {
        String create = seed % 2 == 0 ? "--create=all" : "--create=tables";
        LockstepRun run = pair.run(
                "mirror",
                "backfill",
                create,
                "-o",
                "json",
                "--restart",
                "--max-delete",
                "100000",
                "--allow-empty-source");
        assertThat(run.exit()).as("seed %d: %s", seed, run.stdout()).isIn(0, 6, 7);
        Map<?, ?> data = (Map<?, ?>) ((Map<?, ?>) Json.parse(run.stdout())).get("data");
        if (data.isEmpty()) {
            return 0;
        }
        int equal = 0;
        for (Object outcome : (List<?>) data.get("tables")) {
            Map<?, ?> table = (Map<?, ?>) outcome;
            String name = (String) table.get("table");
            boolean ours = tables.stream().anyMatch(each -> each.name().equals(name));
            if (ours && table.get("error") == null) {
                try (Connection connection = pair.opener().open()) {
                    assertThat(Mirrored.differences(pair.source(), connection, name))
                            .as("seed %d, %s", seed, name)
                            .isEmpty();
                }
                equal++;
            } else if (ours) {
                assertThat((String) table.get("error"))
                        .as("seed %d: what the source accepts, the mirror does", seed)
                        .doesNotContainIgnoringCase("unique")
                        .doesNotContainIgnoringCase("duplicate")
                        .doesNotContainIgnoringCase("foreign key");
                assertThat(untouched(pair, name)).as("seed %d, %s", seed, table).isTrue();
            }
        }
        return equal;
    }
}
