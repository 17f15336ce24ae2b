package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import dev.lockstep.testing.MySqlDatabase;
import dev.lockstep.testing.MySqlExtension;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of value in each kind of column arrives as it is, or is refused by name; never a third thing. */
@ExtendWith({PostgresExtension.class, MariaDbExtension.class, MySqlExtension.class})
class ValueTortureTest {
    private static final List<String> TYPES = List.of("integer", "real", "text", "blob", "datetime", "numeric");

    private static final List<String> NUMBERS = List.of(
            "0 1 -1 2 127 128 255 256 32767 32768 65535 2147483647 2147483648 -2147483648 -2147483649",
            "9007199254740992 9007199254740993 9223372036854775807 -9223372036854775808 1000000000000000000",
            "0.0 -0.0 0.1 0.30000000000000004 1e300 -1e300 5e-324 2.2250738585072014e-308 9e999 -9e999 1.5 1e15 123456789.125",
            "3.4028234663852886e38 1e-10 0.5 99999.995 1.7976931348623157e308 1e22 -1.5e-5");

    private static final List<String> TEXTS = List.of(
            "''",
            "' '",
            "'a'",
            "'A'",
            "'a '",
            "'é'",
            "'e' || char(769)",
            "'ß'",
            "'ss'",
            "'𝄞'",
            "'👩‍👩‍👧'",
            "char(0)",
            "'a' || char(0) || 'b'",
            "'NULL'",
            "'\\N'",
            "'\\'",
            "'\\.'",
            "''''",
            "'\"'",
            "'`'",
            "char(9)",
            "char(10)",
            "char(13)",
            "'a;b'",
            "'{\"a\":1}'",
            "'[]'",
            "char(65279) || 'bom'",
            "char(8206)",
            "'١٢٣'",
            "'0'",
            "'1'",
            "'-1'",
            "'1.0'",
            "'1e5'",
            "'0x10'",
            "'true'",
            "'abc'",
            "printf('%.10000c', 'x')",
            "printf('%.70000c', 'é')",
            "cast(x'ff' as text)",
            "cast(x'eda080' as text)",
            "cast(x'c080' as text)",
            "cast(x'f4908080' as text)",
            "cast(x'e28c' as text)",
            "'9223372036854775808'",
            "'Infinity'",
            "'NaN'",
            "'-Infinity'");

    private static final List<String> DATES = List.of(
            "2024-02-29",
            "2023-02-29",
            "0000-00-00",
            "0000-00-00 00:00:00",
            "10000-01-01 00:00:00",
            "2024-01-01 24:00:00",
            "2016-12-31 23:59:60",
            "2024-02-29 23:59:59.999 +00:00",
            "2024-02-29 23:59:59",
            "2024-02-29T23:59:59Z",
            "2024-02-29T23:59:59.123456Z",
            "1969-12-31 23:59:59.9 +00:00",
            "0001-01-01 00:00:00",
            "9999-12-31 23:59:59.999999",
            "2024-13-01",
            "2024-06-30 12:00:00 +14:00",
            "1583-01-01",
            "2024-1-1",
            "1700000000",
            "2024-02-29 23:59:59 +00:00");

    private static final List<String> BLOBS = List.of(
            "null",
            "x''",
            "x'00'",
            "x'ff'",
            "zeroblob(1000)",
            "x'5c78'",
            "zeroblob(100000)",
            "x'27'",
            "x'0a'",
            "x'c3a9'",
            "x'5c30'",
            "x'80'");

    @TempDir
    private Path dir;

    private Path source;
    private int values;

    @BeforeEach
    void makeSource() throws SQLException {
        List<String> literals = new ArrayList<>();
        NUMBERS.forEach(line -> literals.addAll(List.of(line.split(" "))));
        literals.addAll(TEXTS);
        DATES.forEach(date -> literals.add("'" + date + "'"));
        literals.addAll(BLOBS);
        values = literals.size();
        assertThat(values).isGreaterThanOrEqualTo(120);
        List<String> statements = new ArrayList<>();
        for (String type : TYPES) {
            statements.add("create table of_%1$s (id integer primary key, v %1$s)".formatted(type));
            List<String> rows = new ArrayList<>();
            for (int i = 0; i < values; i++) {
                rows.add("(%d, %s)".formatted(i, literals.get(i)));
            }
            statements.add("insert into of_%s values %s".formatted(type, String.join(", ", rows)));
        }
        source = TestSqlite.create(dir.resolve("source.db"), statements.toArray(String[]::new));
    }

    @Test
    void onPostgresEachValueArrivesOrIsRefused(TestDatabase mirror) throws SQLException {
        torture(MirrorPair.of(source, mirror));
    }

    @Test
    void onMariaDbEachValueArrivesOrIsRefused(MariaDbDatabase mirror) throws SQLException {
        torture(MirrorPair.of(source, mirror));
    }

    @Test
    @Tag("nightly")
    void onMySqlEachValueArrivesOrIsRefused(MySqlDatabase mirror) throws SQLException {
        torture(MirrorPair.of(source, mirror));
    }

    @Test
    void onSqliteEachValueArrivesOrIsRefused() throws SQLException {
        torture(MirrorPair.of(source, dir.resolve("mirror.db")));
    }

    private void torture(MirrorPair pair) throws SQLException {
        LockstepRun refused = pair.backfill();
        assertThat(refused.exit()).isIn(0, 6, 7);
        LockstepRun run = pair.backfill("--on-bad-row", "quarantine");
        assertThat(run.exit()).as(run.stderr()).isEqualTo(7);
        for (String type : TYPES) {
            String table = "of_" + type;
            Set<String> rejected = column(
                    pair,
                    "select row_key from lockstep_mirror_reject where tbl = '%s' and column_name = 'v' and reason <> ''"
                            .formatted(table));
            assertThat(rejected).as(table).hasSizeBetween(1, values - 10);
            assertThat(refused.stdout() + refused.stderr()).contains(table + ", key ", ", column v: ");
            pair.sql("delete from %s where id in (%s)".formatted(table, String.join(", ", rejected)));
            pair.assertEqual(List.of(table));
        }
    }

    private static Set<String> column(MirrorPair pair, String sql) throws SQLException {
        Set<String> found = new TreeSet<>();
        try (Connection connection = pair.opener().open();
                Statement statement = connection.createStatement();
                ResultSet rs = statement.executeQuery(sql)) {
            while (rs.next()) {
                found.add(rs.getString(1));
            }
        }
        return found;
    }
}
