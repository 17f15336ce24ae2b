package dev.lockstep.fts.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.check.FtsCheck;
import dev.lockstep.fts.check.FtsCheck.Verdict;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.trial.TriggerFault;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever goes wrong between an index and its base is found, wherever that kind of index allows, and named. */
class DriftScanTest {
    private static final int ROWS = 60;

    private static final String NOTE = "create table note (id integer primary key, title text, body text, lang text)";

    private static final String FILL =
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < " + ROWS
                    + ") insert into note select i, 'Title' || i || ' of some', iif(i % 9, 'body' || i || ' text' || (i * 7), null),"
                    + " 'en' from n";

    private static final String BY_KEY = "delete from f where id = old.id;";
    private static final String BY_COMMAND =
            "insert into f (f, rowid, title, body) values ('delete', old.id, old.title, old.body);";
    private static final String BY_ROWID = "delete from f where rowid = old.id;";

    /** The four, each with the ways to keep it that differ in what can be seen. */
    enum Subject {
        OWN("f using fts5(id, title, body%s)", "(id, title, body) values (new.id, new.title, new.body)", BY_KEY),
        EXTERNAL(
                "f using fts5(title, body, content=note, content_rowid=id%s)",
                "(rowid, title, body) values (new.id," + " new.title, new.body)", BY_COMMAND),
        CONTENTLESS(
                "f using fts5(title, body, content=''%s)",
                "(rowid, title, body) values (new.id, new.title, new.body)", BY_COMMAND),
        CONTENTLESS_DELETE(
                "f using fts5(title, body, content='', contentless_delete=1%s)",
                "(rowid, title, body) values (new.id, new.title, new.body)", BY_ROWID);

        private final String index;
        private final String insert;
        private final String delete;

        Subject(String index, String values, String delete) {
            this.index = index;
            this.insert = "insert into f " + values + ";";
            this.delete = delete;
        }

        List<String> triggers() {
            return List.of(
                    "create trigger i after insert on note begin " + insert + " end",
                    "create trigger u after update on note begin " + delete + insert + " end",
                    "create trigger d after delete on note begin " + delete + " end");
        }

        boolean keepsText() {
            return this == OWN;
        }
    }

    /** What happens behind the triggers' back, and what is to be said about it; nothing if the index is none the worse. */
    record Mutation(String sql, String said) {}

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource
    void everyRandomMutationIsFound(Subject subject) throws SQLException {
        List<String> options = new ArrayList<>(List.of("", ", tokenize=porter", ", prefix='2 3'", ", detail=column"));
        options.addAll(subject == Subject.CONTENTLESS_DELETE ? List.of() : List.of(", columnsize=0", ", detail=none"));
        List<Path> files = new ArrayList<>();
        for (String more : options) {
            files.add(make(subject, more));
        }
        int count = Counts.of(50, 500);
        for (int seed = 0; seed < count; seed++) {
            Path file = copy(files.get(seed % files.size()));
            Mutation mutation = mutation(subject, new Random(seed));
            behindTheTriggers(subject, file, mutation.sql());

            FtsCheck.Table table = check(file, FtsCheck.Depth.DEEP, FtsTable.Columns.WRITTEN);

            String described = seed + ": " + options.get(seed % files.size()) + ": " + mutation;
            List<String> said = new ArrayList<>();
            table.drift().rows().forEach(row -> said.add(row.op() + " " + row.key()));
            assertThat(String.join(", ", said)).as(described).isEqualTo(mutation.said());
            assertThat(table.verdict())
                    .as(described)
                    .isEqualTo(mutation.said().isEmpty() ? Verdict.EQUAL : Verdict.DIFFERS);
            assertThat(table.drift().isPartial())
                    .as(described)
                    .isEqualTo(subject == Subject.CONTENTLESS || subject == Subject.CONTENTLESS_DELETE);
        }
    }

    private Path make(Subject subject, String options) throws SQLException {
        Path file = dir.resolve("made-" + Integer.toHexString(options.hashCode()) + ".db");
        List<String> statements =
                new ArrayList<>(List.of(NOTE, "create virtual table " + subject.index.formatted(options)));
        statements.addAll(subject.triggers());
        statements.add(FILL);
        // So that rows of the index are not all in one segment, nor under their base's number.
        statements.add("update note set body = 'body' || id || ' later' where id % 4 = 0");
        return TestSqlite.create(file, statements.toArray(String[]::new));
    }

    private Path copy(Path file) {
        try {
            return Files.copy(file, dir.resolve("copy.db"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A bug, a crash, an old version, a trigger that was gone for a while: whatever it was, this is what it left. */
    private static Mutation mutation(Subject subject, Random random) {
        int id = 1 + random.nextInt(ROWS);
        int other = 1 + (id + random.nextInt(ROWS - 1)) % ROWS;
        String both = id < other ? "altered " + id + ", altered " + other : "altered " + other + ", altered " + id;
        return switch (random.nextInt(subject.keepsText() ? 9 : 8)) {
            case 0 -> new Mutation("delete from note where id = " + id, "orphan " + id);
            case 1 -> new Mutation("insert into note values (900, 'New', 'row', 'en')", "missing 900");
            case 2 -> new Mutation("update note set title = 'Else' || id where id = " + id, "altered " + id);
            case 3 -> new Mutation("update note set body = null, title = 'x' where id = " + id, "altered " + id);
            case 4 ->
                new Mutation(
                        "update note set title = (select 'Title' || (" + id + " + " + other + " - id) || ' of some')"
                                + " where id in (" + id + ", " + other + ")",
                        id == other ? "" : both);
            // What the index keeps is the terms, and those are the same.
            case 5 ->
                new Mutation(
                        "update note set title = upper(title) where id = " + id,
                        subject.keepsText() ? "altered " + id : "");
            case 6 -> new Mutation("update note set lang = 'de' where id = " + id, "");
            case 7 -> lost(subject, id);
            default ->
                new Mutation(
                        "insert into f (id, title, body) select id, 'old text', body from f where id = " + id,
                        "duplicate " + id);
        };
    }

    private static Mutation lost(Subject subject, int id) {
        String sql =
                switch (subject) {
                    case OWN -> "delete from f where id = " + id;
                    case EXTERNAL, CONTENTLESS ->
                        "insert into f (f, rowid, title, body) select 'delete', id, title, body from note where id = "
                                + id;
                    case CONTENTLESS_DELETE -> "delete from f where rowid = " + id;
                };
        return new Mutation(sql, "missing " + id);
    }

    private static void behindTheTriggers(Subject subject, Path file, String sql) throws SQLException {
        try (Connection connection = TestSqlite.connect(file);
                Statement statement = connection.createStatement()) {
            for (String trigger : List.of("i", "u", "d")) {
                statement.execute("drop trigger " + trigger);
            }
            statement.execute(sql);
            for (String trigger : subject.triggers()) {
                statement.execute(trigger);
            }
        }
    }

    private static FtsCheck.Table check(Path file, FtsCheck.Depth depth, FtsTable.Columns columns) {
        return checkAll(file, depth, columns).tables().get(0);
    }

    /** Opened for reading alone: nothing of it may write. */
    private static FtsCheck.Report checkAll(Path file, FtsCheck.Depth depth, FtsTable.Columns columns) {
        try (Databases databases = new Databases(new Environment(Map.of()));
                Db db = databases.sqlite(file, SqliteFiles.Access.READ, Duration.ofSeconds(10))) {
            return new FtsCheck(Optional.empty(), depth, columns, 50).run(db, List.of());
        }
    }

    @Test
    void rowsWithoutAKeyAreComparedAsWholes() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("wholes.db"),
                "create table t (a, b)",
                "create virtual table f using fts5(a, b)",
                "create trigger i after insert on t begin insert into f values (new.a, new.b); end",
                "insert into t values ('x', 1), ('x', 1), ('y', 2), (null, 3)",
                "delete from f where rowid = 1",
                "insert into f values ('y', 2), ('z', 9)");

        FtsCheck.Table table = check(file, FtsCheck.Depth.DEEP, FtsTable.Columns.WRITTEN);

        assertThat(table.drift().missing()).isEqualTo(1);
        assertThat(table.drift().duplicate()).isEqualTo(1);
        assertThat(table.drift().orphan()).isEqualTo(1);
        assertThat(table.drift().isPartial()).isFalse();
    }

    @Test
    void aColumnThatTheTriggersLeaveOutIsRightOrWrongByWhatIsDeclared() throws SQLException {
        Path file = CadtSample.V1.create(dir.resolve("v1.db"), new CadtSample.Size(10, 30, 0));
        FtsCheck.Depth deep = FtsCheck.Depth.DEEP;
        assertThat(checkAll(file, deep, FtsTable.Columns.WRITTEN).isInStep()).isTrue();

        FtsCheck.Table units =
                checkAll(file, deep, FtsTable.Columns.ALL).tables().get(1);
        assertThat(units.drift().altered()).isEqualTo(30);
        assertThat(units.drift().rows())
                .allSatisfy(row -> assertThat(row.columns()).containsExactly("timeStaged"));

        TestSqlite.create(
                file,
                "update units_fts set timeStaged = (select timeStaged from units as u"
                        + " where u.warehouseUnitId = units_fts.warehouseUnitId)");
        assertThat(checkAll(file, deep, FtsTable.Columns.ALL).isInStep()).isTrue();
        assertThat(checkAll(file, deep, FtsTable.Columns.WRITTEN)
                        .tables()
                        .get(1)
                        .drift()
                        .altered())
                .isEqualTo(30);
    }

    @Test
    void whatTheSecondModelsUpdateTriggersLeaveBehindIsFound() throws SQLException {
        Path file = CadtSample.V2.create(dir.resolve("v2.db"), new CadtSample.Size(10, 30, 0));
        assertThat(checkAll(file, FtsCheck.Depth.DEEP, FtsTable.Columns.WRITTEN).isInStep())
                .isTrue();
        TestSqlite.create(file, "update unit set unit_status = 'Retired' where rowid <= 3");
        String key = TestSqlite.ask(file, "select cad_trust_unit_id from unit where rowid = 2");

        FtsCheck.Table units = checkAll(file, FtsCheck.Depth.DEEP, FtsTable.Columns.WRITTEN)
                .tables()
                .get(1);

        assertThat(units.drift().duplicate()).isEqualTo(3);
        assertThat(units.drift().altered()).isZero();
        assertThat(units.drift().rows()).extracting(Drift.Difference::key).contains(key);
        assertThat(units.triggers())
                .extracting(FtsCheck.Trigger::name, FtsCheck.Trigger::fault)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("unit_v2_delete_fts", TriggerFault.SCANS),
                        org.assertj.core.groups.Tuple.tuple("unit_v2_update_fts", TriggerFault.LEAVES_OLD_ROWS));
    }

    @ParameterizedTest
    @EnumSource
    void aGlanceSeesAWrongNumberOfRowsAndSaysThatItIsPartial(Subject subject) throws SQLException {
        Path file = make(subject, "");
        FtsCheck.Table before = check(file, FtsCheck.Depth.SAMPLE, FtsTable.Columns.WRITTEN);
        behindTheTriggers(subject, file, "delete from note where id in (3, 5)");
        FtsCheck.Table after = check(file, FtsCheck.Depth.SAMPLE, FtsTable.Columns.WRITTEN);

        assertThat(before.verdict()).isEqualTo(Verdict.EQUAL);
        assertThat(before.drift().isPartial()).isTrue();
        assertThat(after.verdict()).isEqualTo(Verdict.DIFFERS);
    }

    @Test
    void anIndexThatIsBrokenInItselfDiffersAndTheFileIsNotBlamed() throws SQLException {
        Path file = make(Subject.OWN, "");
        TestSqlite.create(file, "update f_content set c1 = 'tampered' where id = 7");

        FtsCheck.Table table = check(file, FtsCheck.Depth.SAMPLE, FtsTable.Columns.WRITTEN);

        assertThat(table.verdict()).isEqualTo(Verdict.DIFFERS);
        assertThat(table.faults()).singleElement().asString().contains("FTS5 table");

        TestSqlite.create(file, "delete from f_data where id > 10");
        assertThat(check(file, FtsCheck.Depth.DEEP, FtsTable.Columns.WRITTEN).verdict())
                .isEqualTo(Verdict.DIFFERS);
    }
}
