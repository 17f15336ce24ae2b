package dev.lockstep.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.audit.AuditDatabase.Kind;
import dev.lockstep.support.Json;
import dev.lockstep.testing.LockstepRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is refused, or mended and said, with which status, and by a message that names the input. */
class AuditBadInputTest {
    private static final String NAME = "audit_registry_id_generation";
    /** Rows that a refused file leaves: the table is as it was, and serves the next one. */
    private static final String NOTHING = "0";

    private static final String UNIQUE = """
            {"name": "mine", "description": "d", "audit": {"table": "audit", "columns": {"id": "id", "registry": "registryId",
             "organisation": "orgUid", "root": "rootHash", "type": "type", "change": "change", "table": "table",
             "timestamp": "onchainConfirmationTimeStamp", "author": "author", "comment": "comment",
             "generation": "generation", "created": "createdAt", "updated": "updatedAt"},
             "indexes": [{"name": "once", "columns": ["type", "generation"], "unique": true}], "queries": []}}
            """;

    /**
     * One input.
     *
     * @param kind the kind of input, as the project numbers them
     * @param setup statements before; {@code hold: …} is run and not committed meanwhile
     * @param lines of the file to write, if it is one
     * @param written how many rows of generations after the first are there in the end
     */
    private record Bad(
            int kind, int exit, String message, String setup, List<byte[]> lines, String written, List<String> words) {
        boolean isFor(Kind engine) {
            return !setup.startsWith("[") || setup.startsWith("[" + engine + "]");
        }

        String statement() {
            return setup.substring(setup.indexOf(']') + 1);
        }
    }

    private static Bad index(int kind, int exit, String message, String setup, String... words) {
        return new Bad(kind, exit, message, setup, List.of(), null, List.of(words));
    }

    /** A line in the place of the second of three in generation 1. */
    private static Bad line(int kind, int exit, String message, String line) {
        return line(kind, exit, message, line.getBytes(StandardCharsets.UTF_8));
    }

    private static Bad line(int kind, int exit, String message, byte... line) {
        List<byte[]> lines = new ArrayList<>();
        lines.add(AuditLines.created("r").getBytes(StandardCharsets.UTF_8));
        lines.add(AuditLines.line("r", 1, 1).getBytes(StandardCharsets.UTF_8));
        lines.add(line);
        lines.add(AuditLines.line("r", 1, 3).getBytes(StandardCharsets.UTF_8));
        return new Bad(kind, exit, message, "", lines, NOTHING, List.of("write"));
    }

    /** After a generation 1 of one row. */
    private static Bad next(int kind, int exit, String message, String line) {
        List<byte[]> lines = new ArrayList<>();
        for (String text : List.of(AuditLines.created("r"), AuditLines.line("r", 1, 1), line)) {
            lines.add(text.getBytes(StandardCharsets.UTF_8));
        }
        return new Bad(kind, exit, message, "", lines, "1", List.of("write"));
    }

    private static String with(String column, Object value) {
        Map<String, Object> row = AuditLines.row("r", 1, "INSERT");
        row.put("table", "elsewhere");
        row.put("change", "{}");
        row.put(column, value);
        return Json.write(row);
    }

    private static String without(String column) {
        Map<String, Object> row = AuditLines.row("r", 1, "INSERT");
        row.put("table", "elsewhere");
        row.put("change", "{}");
        row.remove(column);
        return Json.write(row);
    }

    /** A row with a text that JSON does not write. */
    private static String raw(String value) {
        return with("comment", "VALUE").replace("\"VALUE\"", value);
    }

    private static final byte[] NOT_UTF8 =
            with("comment", "?").replace('?', '\u00e9').getBytes(StandardCharsets.ISO_8859_1);

    private static final List<Bad> TABLE = List.of(
            index(60, 6, "is taken by a view", "[SQLITE]create view " + NAME + " as select 1 as a", "apply"),
            index(60, 6, "is taken by a table", "[SQLITE]create table " + NAME + " (a)", "apply", "--replace"),
            index(60, 6, "is taken by a view", "[POSTGRESQL]create view " + NAME + " as select 1 as a", "apply"),
            index(60, 6, "is taken by a sequence", "[POSTGRESQL]create sequence " + NAME, "apply", "--replace"),
            index(61, 6, "; wanted is create index ", "create index " + NAME + " on audit (generation)", "apply"),
            index(61, 6, "index " + NAME + " is ", "create index " + NAME + " on audit (generation)", "apply"),
            index(61, 0, NAME + ": created", "create index " + NAME + " on audit (generation)", "apply", "--replace"),
            index(
                    62,
                    0,
                    NAME + ": created",
                    "[POSTGRESQL]create index " + NAME + " on audit (\"registryId\", generation);"
                            + "administer: update pg_index set indisvalid = false where indexrelid = '" + NAME
                            + "'::regclass",
                    "apply"),
            index(
                    62,
                    0,
                    NAME + ": created",
                    "[MARIADB]create index " + NAME + " on audit (\"registryId\", generation) ignored",
                    "apply"),
            index(
                    62,
                    0,
                    NAME + ": created",
                    "[MYSQL]create index " + NAME + " on audit (\"registryId\", generation) invisible",
                    "apply"),
            index(63, 2, "its columns are named as in --profile cadt-v1", "", "apply", "--profile", "cadt-v2"),
            index(63, 2, "has no column orgUid", "rename", "check", "--profile", "cadt-v1"),
            index(63, 2, "no built-in profile fits", "rename", "status"),
            index(63, 2, "there is no table audit", "drop table audit", "write", "-", "--profile", "cadt-v1"),
            index(
                    64,
                    5,
                    "held by pid ",
                    "[POSTGRESQL]hold: update audit set comment = 'x'",
                    "apply",
                    "--timeout",
                    "1s"),
            index(
                    64,
                    5,
                    "no lock for index ",
                    "[MARIADB]hold: update audit set comment = 'x'",
                    "apply",
                    "--timeout",
                    "1s"),
            index(
                    64,
                    5,
                    "no lock for index ",
                    "[MYSQL]hold: update audit set comment = 'x'",
                    "apply",
                    "--timeout",
                    "1s"),
            index(
                    64,
                    5,
                    "no lock for index ",
                    "[SQLITE]hold: update audit set comment = 'x'",
                    "apply",
                    "--timeout",
                    "1s"),
            index(
                    65,
                    6,
                    "there are duplicates: (INSERT, 0), (INSERT, 1), (INSERT, 2), (INSERT, 3), (INSERT, 4)",
                    "",
                    "apply",
                    "--profile",
                    "unique.json"),
            line(66, 7, "3:2: ", "{broken"),
            line(66, 7, "3:1: not an object", "[1]"),
            line(66, 7, "3:", "{\"type\": \"INSERT\"} {}"),
            line(
                    66,
                    7,
                    "there is no column typ; did you mean type?",
                    without("type").replaceFirst("[{]", "{\"typ\":1,")),
            line(66, 7, "3:1: column rootHash is missing", without("rootHash")),
            line(66, 7, "text was expected", with("change", List.of())),
            line(66, 7, "not a time: yesterday", with("createdAt", "yesterday")),
            line(66, 7, "not a number of seconds: soon", with("onchainConfirmationTimeStamp", "soon")),
            line(66, 7, "3:1: a byte order mark", "\ufeff" + with("comment", "")),
            line(66, 7, "the line ends with CR LF", with("comment", "") + "\r"),
            line(66, 7, "a NUL, which not every database can hold", with("comment", "a\0b")),
            line(66, 7, "half a character", raw("\"\\ud800\"")),
            line(66, 7, ": not UTF-8", NOT_UTF8),
            line(
                    66,
                    7,
                    "Duplicate field 'type'",
                    without("type").replaceFirst("[{]", "{\"type\":\"a\",\"type\":\"b\",")),
            line(66, 7, "type must be CREATE REGISTRY, NO CHANGE, INSERT or DELETE", with("type", "UPDATE")),
            line(66, 7, "one generation has one root", with("rootHash", "another")),
            line(66, 7, "one generation has one author", with("author", "somebody")),
            line(66, 7, "a row of type INSERT has a table and a change", with("table", null)),
            line(66, 7, "the change is not JSON", with("table", "audit").replace("\"{}\"", "\"{\"")),
            line(67, 7, "a generation is a whole number from 0 to ", with("generation", -1L)),
            line(67, 7, "a generation is a whole number from 0 to ", with("generation", 1.5)),
            line(67, 7, "a generation is a whole number from 0 to ", with("generation", "1")),
            line(
                    67,
                    7,
                    "a whole number over 64 bits",
                    without("generation").replaceFirst("[{]", "{\"generation\":" + "9".repeat(20) + ",")),
            next(67, 7, "leaves a gap: the next one is 2", with("generation", Long.MAX_VALUE)),
            next(
                    67,
                    7,
                    "is stored already, with other rows",
                    AuditLines.created("r").replace("root0", "another")),
            line(67, 7, "column generation is missing", without("generation")));

    @TempDir
    Path dir;

    @ParameterizedTest
    @EnumSource
    void eachIsSaidByName(Kind engine) throws Exception {
        Files.writeString(dir.resolve("unique.json"), UNIQUE);
        int tried = 0;
        try (AuditDatabase unwritten = AuditDatabase.create(engine, dir.resolve("unwritten.db"))) {
            for (Bad bad : TABLE.stream().filter(bad -> bad.isFor(engine)).toList()) {
                tried++;
                if (NOTHING.equals(bad.written())) {
                    unwritten.execute("delete from audit");
                    check(bad, unwritten);
                } else {
                    try (AuditDatabase database = AuditDatabase.create(engine, dir.resolve(tried + ".db"))) {
                        check(bad, bad.lines().isEmpty() ? database.fill() : database);
                    }
                }
            }
        }
        assertThat(tried).isGreaterThan(35);
    }

    private void check(Bad bad, AuditDatabase database) throws SQLException, IOException {
        try (Connection holder = database.connect();
                Statement statement = holder.createStatement()) {
            prepare(bad.statement(), database, holder, statement);
            LockstepRun run = LockstepRun.of(database.environment(), words(bad, database));

            String what = bad.kind() + ": " + bad.message() + ": " + run;
            assertThat(run.exit()).as(what).isEqualTo(bad.exit());
            assertThat(run.stdout() + run.stderr())
                    .as(what)
                    .contains(bad.message())
                    .doesNotContain("\tat ");
            assertThat(run.stderr().lines().count()).as(what).isLessThanOrEqualTo(3);
        }
        if (bad.written() != null) {
            assertThat(database.ask("select count(*) from audit where generation <> 0"))
                    .as("what is written after " + bad.message())
                    .isEqualTo(bad.written());
        }
    }

    private static void prepare(String setup, AuditDatabase database, Connection holder, Statement statement)
            throws SQLException {
        for (String step : setup.split(";", -1)) {
            if (step.startsWith("hold: ")) {
                holder.setAutoCommit(false);
                statement.execute(step.substring("hold: ".length()));
            } else if (step.startsWith("administer: ")) {
                database.administer(step.substring("administer: ".length()));
            } else if (step.equals("rename")) {
                database.execute("alter table audit rename column \"orgUid\" to organisation");
            } else if (!step.isEmpty()) {
                database.execute(step);
            }
        }
    }

    private String[] words(Bad bad, AuditDatabase database) throws IOException {
        List<String> more = new ArrayList<>(bad.words().subList(1, bad.words().size()));
        more.replaceAll(word -> word.equals("unique.json") ? dir.resolve(word).toString() : word);
        if (!bad.lines().isEmpty()) {
            Path file = dir.resolve("rows.ndjson");
            Files.write(file, new byte[0]);
            for (byte[] line : bad.lines()) {
                Files.write(file, line, StandardOpenOption.APPEND);
                Files.write(file, new byte[] {'\n'}, StandardOpenOption.APPEND);
            }
            more.add(file.toString());
        }
        if (bad.words().get(0).equals("apply")) {
            more.addAll(List.of("--lock-timeout", "300ms"));
        }
        return database.words(bad.words().get(0), more.toArray(String[]::new));
    }
}
