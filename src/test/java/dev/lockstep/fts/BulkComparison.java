package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The same bulk work under live triggers and under a deferral.
 *
 * @param setup makes the schema and its first rows
 * @param work what is done to them; a statement that fails must fail either way
 * @param numbers whether those of the rows must be equal too
 * @param way how the triggers are deferred
 */
record BulkComparison(List<String> setup, List<String> work, Way way, Numbers numbers) {
    /** How triggers are deferred. */
    enum Way {
        /** As the engine does by itself. */
        BEST,
        JOURNAL,
        REBUILD,
        /** Those that gain by it; the others stay. */
        GAINING;

        private Deferral of(Engine engine) {
            return switch (this) {
                case BEST -> engine.deferral();
                case JOURNAL -> engine.deferral().in(Optional.of(DeferralMode.JOURNAL));
                case REBUILD -> engine.deferral().in(Optional.of(DeferralMode.REBUILD));
                case GAINING -> engine.deferral().ifItGains();
            };
        }
    }

    /** Who numbers the rows of an index with content of its own. */
    enum Numbers {
        TRIGGERS,
        /** The index itself, so that they say nothing. */
        INDEX
    }

    /** What has been seen; that the two differ is an AssertionError. */
    enum Verdict {
        EQUAL,
        REFUSED,
        /** The schema cannot be made, no statement of the work succeeds, or live triggers themselves damage the index by it. */
        BROKEN
    }

    /**
     * @param verdict what has been seen
     * @param message of the refusal; empty if there was none
     */
    record Result(Verdict verdict, String message) {}

    private static final String CORRUPT = "SQLITE_CORRUPT_VTAB";

    private static final String SCHEMA = """
            select group_concat(type || '|' || name || '|' || tbl_name || '|' || coalesce(sql, ''), char(10))
              from (select * from sqlite_master order by tbl_name, rowid)
            """;

    private static final String INDEXES = """
              select name
                from sqlite_master
               where type = 'table'
                 and sql like 'create virtual table%'
            order by name
            """;

    private static final String ORDINARY = """
              select name
                from pragma_table_list
               where schema = 'main'
                 and type = 'table'
                 and name not like 'sqlite_schema'
            order by name
            """;

    BulkComparison by(Way other) {
        return new BulkComparison(setup, work, other, numbers);
    }

    /** In an empty folder, or one where this was run before. */
    Result run(Path dir) throws IOException, SQLException {
        Path live = dir.resolve("live.db");
        Path deferred = dir.resolve("deferred.db");
        Files.deleteIfExists(live);
        Files.deleteIfExists(deferred);
        if (!execute(live, setup).stream().allMatch(String::isEmpty)) {
            return new Result(Verdict.BROKEN, "");
        }
        Files.copy(live, deferred);
        String schema = schema(deferred);
        Engine engine = new Engine(deferred, Engine.NONE);
        try {
            engine.with(db -> way.of(engine).run(db, List.of()));
        } catch (LockstepException e) {
            assertThat(e.kind()).as(e.getMessage()).isIn(LockstepException.Kind.USAGE, LockstepException.Kind.REFUSED);
            assertThat(schema(deferred)).isEqualTo(schema);
            assertThat(Files.mismatch(live, deferred))
                    .as("the file is as it was")
                    .isEqualTo(-1);
            return new Result(Verdict.REFUSED, e.getMessage());
        }
        List<String> failures = execute(live, work);
        if (failures.stream().anyMatch(failure -> failure.contains(CORRUPT))) {
            return new Result(Verdict.BROKEN, "");
        }
        assertThat(execute(deferred, work)).isEqualTo(failures);
        engine.restore();
        assertThat(difference(schema(deferred), schema)).isEmpty();
        assertThat(difference(state(deferred), state(live))).isEmpty();
        boolean idle = failures.stream().noneMatch(String::isEmpty);
        return new Result(idle ? Verdict.BROKEN : Verdict.EQUAL, "");
    }

    /** How each statement failed; an empty text for each that did not. */
    private static List<String> execute(Path file, List<String> statements) throws SQLException {
        List<String> failures = new ArrayList<>();
        try (Connection connection = TestSqlite.connect(file);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma synchronous = off");
            statement.execute("begin");
            for (String sql : statements) {
                try {
                    statement.execute(sql);
                    failures.add("");
                } catch (SQLException e) {
                    failures.add(e.getMessage());
                }
            }
            statement.execute("commit");
        }
        return failures;
    }

    /** In the order in which it was made, table by table: between tables it says nothing. */
    private static String schema(Path file) throws SQLException {
        return TestSqlite.ask(file, SCHEMA);
    }

    /** The first line in which two texts differ; empty if they are equal. */
    private static String difference(String deferred, String live) {
        List<String> ours = deferred.lines().toList();
        List<String> theirs = live.lines().toList();
        for (int i = 0; i < Math.max(ours.size(), theirs.size()); i++) {
            String one = i < ours.size() ? ours.get(i) : "nothing";
            String other = i < theirs.size() ? theirs.get(i) : "nothing";
            if (!one.equals(other)) {
                return "after a deferral line " + (i + 1) + " is " + one + ", by live triggers " + other;
            }
        }
        return "";
    }

    /** Of each index each term at each place, the sizes and the text that it has, and every other table. */
    private String state(Path file) throws SQLException {
        StringBuilder state = new StringBuilder();
        try (Connection connection = TestSqlite.connect(file);
                Statement statement = connection.createStatement()) {
            for (String name : names(statement, INDEXES)) {
                index(statement, name, state);
            }
            for (String name : names(statement, ORDINARY)) {
                dumpSorted(statement, name, state);
            }
        }
        return state.toString();
    }

    private void index(Statement statement, String name, StringBuilder state) throws SQLException {
        if (!names(statement, "select sql from sqlite_master where sql like '%fts5%' and name = '" + name + "'")
                .isEmpty()) {
            newer(statement, name, state);
        } else {
            older(statement, name, state);
        }
    }

    /** Each term's places are asked for by a search: these modules' vocabulary does not tell them. */
    private void older(Statement statement, String name, StringBuilder state) throws SQLException {
        statement.execute("create virtual table temp.vocabulary using fts4aux(main, '" + name + "')");
        boolean numbered = numbers == Numbers.TRIGGERS;
        String row = "\"" + name + (numbered ? "\".docid" : "\".uid");
        dump(
                statement,
                "select v.term, " + row + ", offsets(\"" + name + "\") from (select distinct term from vocabulary) v"
                        + " join \"" + name + "\" on \"" + name + "\" match '\"' || v.term || '\"' order by 1, 2, 3",
                state);
        if (numbered && has(statement, name + "_docsize")) {
            dump(statement, "select docid, hex(size) from \"" + name + "_docsize\" order by 1", state);
        }
        if (has(statement, name + "_content")) {
            List<String> text = columns(statement, name + "_content", numbered ? "1 = 1" : "name <> 'docid'");
            String texts = String.join(", ", text);
            dump(statement, "select " + texts + " from \"" + name + "_content\" order by " + texts, state);
        }
        statement.execute("drop table temp.vocabulary");
    }

    private void newer(Statement statement, String name, StringBuilder state) throws SQLException {
        statement.execute("create virtual table temp.vocabulary using fts5vocab(main, '" + name + "', instance)");
        if (numbers == Numbers.INDEX) {
            List<String> text = columns(statement, name + "_content", "name <> 'id'");
            String texts = String.join(", ", text);
            dump(statement, "select " + texts + " from \"" + name + "_content\" order by " + texts, state);
            String all = "term, col, \"offset\", " + texts;
            String joined = " from vocabulary join \"" + name + "_content\" on id = doc order by ";
            dump(statement, "select " + all + joined + all, state);
        } else {
            dump(statement, "select term, doc, col, \"offset\" from vocabulary order by 1, 2, 3, 4", state);
            if (has(statement, name + "_docsize")) {
                dump(statement, "select id, hex(sz) from \"" + name + "_docsize\" order by 1", state);
            }
            if (has(statement, name + "_content")) {
                dumpSorted(statement, name + "_content", state);
            }
        }
        statement.execute("drop table temp.vocabulary");
    }

    private static void dumpSorted(Statement statement, String table, StringBuilder state) throws SQLException {
        String columns = String.join(", ", columns(statement, table, "1 = 1"));
        dump(statement, "select " + columns + " from \"" + table + "\" order by " + columns, state);
    }

    private static List<String> columns(Statement statement, String table, String which) throws SQLException {
        return names(statement, "select '\"' || name || '\"' from pragma_table_info('" + table + "') where " + which);
    }

    private static boolean has(Statement statement, String table) throws SQLException {
        return !names(statement, "select name from sqlite_master where name = '" + table + "'")
                .isEmpty();
    }

    private static List<String> names(Statement statement, String query) throws SQLException {
        List<String> names = new ArrayList<>();
        try (ResultSet rs = statement.executeQuery(query)) {
            while (rs.next()) {
                names.add(rs.getString(1));
            }
        }
        return names;
    }

    private static void dump(Statement statement, String query, StringBuilder state) throws SQLException {
        state.append(query).append('\n');
        try (ResultSet rs = statement.executeQuery(query)) {
            int columns = rs.getMetaData().getColumnCount();
            while (rs.next()) {
                for (int i = 1; i <= columns; i++) {
                    state.append(rs.getString(i)).append('|');
                }
                state.append('\n');
            }
        }
    }

    @Override
    public String toString() {
        return way + "\n" + String.join(";\n", setup) + ";\n-- work\n" + String.join(";\n", work) + ";";
    }
}
