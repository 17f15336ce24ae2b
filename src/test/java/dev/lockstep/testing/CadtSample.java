package dev.lockstep.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * SQLite files as CADT leaves them, of any size, the same each time: every row follows from its number, and so does every
 * byte of the schema. All triggers are there, and the search indexes hold what the triggers would have written.
 */
public enum CadtSample {
    /** All tables of the first data model; the eleven that are mirrored have rows. */
    V1("cadt-v1.sql"),
    /**
     * Of the second data model {@code project}, {@code unit}, {@code audit}, {@code organizations} and {@code meta}. Its
     * update triggers leave the old text in the index, as they do at home.
     */
    V2("cadt-v2.sql");

    /**
     * How many rows there are.
     *
     * @param projects rows of projects; of what belongs to a project there are a quarter as many to as many
     * @param units rows of units; every other one has a label
     * @param audit rows of audit, of ten registries, five to a generation
     */
    public record Size(int projects, int units, int audit) {
        /** A real database's: 20,000 projects, 60,000 units and 120,000 audit rows; made in some seconds. */
        public static final Size REAL = new Size(20_000, 60_000, 120_000);
    }

    /** Makes the words, the numbers with a key and a moment each, and the organisations, that the rows are made of. */
    private static final List<String> MATERIAL = List.of(
            "create table temp.word (i integer primary key, text text)",
            "with recursive w(i) as (select 1 union all select i + 1 from w where i < 3000),"
                    + " s(text) as (values ('bakedoluminarestovaporetachilimugonesafiruwebopalegatu'))"
                    + " insert into temp.word select i, substr(text, 1 + 2 * (i % 27), 2)"
                    + " || substr(text, 1 + 2 * (i / 27 % 27), 2) || substr(text, 1 + 2 * (i * i % 27), 2)"
                    + " || iif(i % 50, '', 'é') from w, s",
            "create table temp.n (i integer primary key, id text, moment text)",
            "create table temp.org (i integer primary key, uid text, registry text, hash text)",
            "with recursive o(i) as (select 1 union all select i + 1 from o where i < 10)"
                    + " insert into temp.org select i, printf('%064x', i * 7919), printf('%064x', i * 104729),"
                    + " printf('0x%064x', i * 1299709) from o");

    /** Keys in the form of a UUID, in no order. */
    private static final String NUMBERS = """
            with recursive c(i) as (select 1 union all select i + 1 from c where i < %d)
            insert into temp.n
            select i, printf('%%08x-%%04x-4%%03x-a%%03x-%%012x', i * 2654435761 & 4294967295, i * 40503 & 65535, i * 2503 & 4095,
                             i * 7919 & 4095, i),
                   strftime('%%Y-%%m-%%d %%H:%%M:%%S', 1600000000 + i * 1021, 'unixepoch')
              from c
            """;

    private final String script;

    CadtSample(String script) {
        this.script = script;
    }

    /** Makes a file, in WAL mode, where there must be none. */
    public Path create(Path file, Size size) throws SQLException {
        try (Connection connection = TestSqlite.connect(file);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma journal_mode = wal");
            // Only this connection; nobody misses a file that a crash has left half made.
            statement.execute("pragma synchronous = off");
            statement.execute("begin");
            for (String sql : MATERIAL) {
                statement.execute(sql);
            }
            statement.execute(
                    NUMBERS.formatted(Math.max(size.projects(), Math.max(size.units(), Math.max(size.audit(), 1)))));
            for (String sql : statements(size)) {
                statement.execute(sql);
            }
            statement.execute("commit");
        }
        return file;
    }

    /** The statement of the sample that begins so, for tests that want a table or a trigger of it alone. */
    public String statement(String beginning) {
        return statements(new Size(0, 0, 0)).stream()
                .filter(sql -> sql.startsWith(beginning))
                .findFirst()
                .orElseThrow();
    }

    private List<String> statements(Size size) {
        List<String> statements = new ArrayList<>();
        for (String part : text().split("\n\n", -1)) {
            String sql = part.lines()
                    .filter(line -> !line.startsWith("--"))
                    .reduce((first, second) -> first + "\n" + second)
                    .orElse("");
            if (!sql.isBlank()) {
                statements.add(sql.replace(":projects", "" + size.projects())
                        .replace(":units", "" + size.units())
                        .replace(":audit", "" + size.audit()));
            }
        }
        return statements;
    }

    private String text() {
        try (InputStream in = CadtSample.class.getResourceAsStream(script)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
