package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of any schema, bulk work under a deferral ends where it ends under live triggers, or the deferral is refused and nothing changes. */
class RandomTriggersTest {
    private static final int REFUSED_AT_MOST = 60;
    private static final List<String> COLUMNS = List.of("title", "body", "meta", "deleted", "kind");

    @TempDir
    private Path dir;

    /**
     * A schema and what is done to it.
     *
     * @param setup makes it and its first rows
     * @param work only what some trigger follows
     */
    record Sample(List<String> setup, List<String> work, boolean own, boolean sizes, Optional<DeferralMode> mode) {
        @Override
        public String toString() {
            return mode + "\n" + String.join(";\n", setup) + ";\n-- work\n" + String.join(";\n", work) + ";";
        }
    }

    enum Verdict {
        EQUAL,
        REFUSED,
        /** The live triggers fail at this work by themselves. */
        BROKEN
    }

    @Test
    void deferredWorkEndsWhereLiveWorkEndsOrIsRefused() throws Exception {
        Long given = Long.getLong("lockstep.seed");
        long seed = given == null ? Counts.of(1, (int) System.nanoTime()) : given;
        int count = Counts.of(200, 2_000);
        Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Sample sample = new Draft(new Random(seed * 31 + i)).sample();
            try {
                verdicts.merge(run(sample), 1, Integer::sum);
            } catch (AssertionError | Exception e) {
                faults.add("seed " + seed + ", schema " + i + ": " + e + "\n" + sample);
            }
        }
        int refused = verdicts.getOrDefault(Verdict.REFUSED, 0) * 100 / count;
        int broken = verdicts.getOrDefault(Verdict.BROKEN, 0) * 100 / count;
        System.out.println("random triggers: -Dlockstep.seed=" + seed + ", " + count + " schemas, " + refused
                + " % refused, " + broken + " % fail by themselves");

        assertThat(faults).isEmpty();
        assertThat(refused).isLessThanOrEqualTo(REFUSED_AT_MOST);
        assertThat(broken).isLessThanOrEqualTo(15);
    }

    private Verdict run(Sample sample) throws Exception {
        Path live = dir.resolve("live.db");
        Path deferred = dir.resolve("deferred.db");
        Files.deleteIfExists(live);
        Files.deleteIfExists(deferred);
        try {
            execute(live, sample.setup());
        } catch (SQLException e) {
            return Verdict.BROKEN;
        }
        Files.copy(live, deferred);
        String schema = CadtDatabase.masterInOrder(deferred);
        String before = state(deferred, sample);
        Engine engine = new Engine(deferred, Engine.NONE, sample.mode());
        try {
            engine.defer();
        } catch (LockstepException e) {
            assertThat(e.kind()).as(e.getMessage()).isIn(LockstepException.Kind.USAGE, LockstepException.Kind.REFUSED);
            assertThat(CadtDatabase.masterInOrder(deferred)).isEqualTo(schema);
            assertThat(state(deferred, sample)).isEqualTo(before);
            return Verdict.REFUSED;
        }
        try {
            execute(live, sample.work());
        } catch (SQLException e) {
            return Verdict.BROKEN;
        }
        execute(deferred, sample.work());
        engine.restore();
        assertThat(CadtDatabase.masterInOrder(deferred)).isEqualTo(schema);
        assertThat(state(deferred, sample)).isEqualTo(state(live, sample));
        return Verdict.EQUAL;
    }

    private static void execute(Path file, List<String> statements) throws SQLException {
        try (Connection connection = TestSqlite.connect(file);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma synchronous = off");
            statement.execute("begin");
            for (String sql : statements) {
                statement.execute(sql);
            }
            statement.execute("commit");
        }
    }

    /** Each term at each place, the sizes, the text that the index has, and every other table. */
    private static String state(Path file, Sample sample) throws SQLException {
        StringBuilder state = new StringBuilder();
        try (Connection connection = TestSqlite.connect(file);
                Statement statement = connection.createStatement()) {
            statement.execute("create virtual table temp.vocabulary using fts5vocab(main, f, instance)");
            dump(statement, "select term, doc, col, \"offset\" from vocabulary order by 1, 2, 3, 4", state);
            if (sample.sizes()) {
                dump(statement, "select id, hex(sz) from f_docsize order by 1", state);
            }
            if (sample.own()) {
                dump(statement, "select rowid, * from f order by 1", state);
            }
            dump(statement, "select * from n order by 1", state);
            dump(statement, "select rowid, * from log order by 1", state);
            dump(statement, "select rowid, * from child order by 1", state);
        }
        return state.toString();
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

    /** Draws one schema; most are of a kind that a rebuild can make anew, some have a flaw. */
    private static final class Draft {
        private static final List<String> EXPRESSIONS = List.of(
                "@.title",
                "@.body",
                "@.body",
                "lower(@.title)",
                "coalesce(@.body, '')",
                "@.title || ' ' || coalesce(@.body, 'none')",
                "json_extract(@.meta, '$.k')",
                "substr(@.title, 1, 6)");
        private static final List<String> CONDITIONS =
                List.of("@.deleted = 0", "@.kind is null", "@.kind is not 'x'", "@.deleted = 0 and @.kind is not 'x'");

        private final Random random;
        private final List<String> triggers = new ArrayList<>();
        private final TreeSet<String> followed = new TreeSet<>();
        private final String content;
        private final boolean byRow;
        private final boolean sizes;
        private final List<String> columns;
        private final List<String> values;
        private final Optional<String> condition;

        Draft(Random random) {
            this.random = random;
            content = pick("own", "own", "external", "contentless", "contentless_delete");
            byRow = content.equals("own") || content.equals("contentless_delete");
            sizes = content.equals("contentless_delete") || !chance(15);
            columns = chance(50) ? List.of("title", "body") : List.of("body");
            values = columns.stream()
                    .map(column -> chance(50) ? "@." + column : EXPRESSIONS.get(random.nextInt(EXPRESSIONS.size())))
                    .toList();
            condition = chance(40) ? Optional.of(CONDITIONS.get(random.nextInt(CONDITIONS.size()))) : Optional.empty();
        }

        private boolean chance(int percent) {
            return random.nextInt(100) < percent;
        }

        private String pick(String... choices) {
            return choices[random.nextInt(choices.length)];
        }

        Sample sample() {
            boolean deletes = !chance(5);
            List<String> parts = new ArrayList<>(List.of("insert", "update", "log"));
            if (deletes) {
                parts.add("delete");
            }
            Collections.shuffle(parts, random);
            boolean before = chance(10);
            for (String part : parts) {
                switch (part) {
                    case "insert" -> trigger(before ? "before" : "after", "insert", when("new"), add("new", values));
                    case "delete" -> trigger(pick("before", "after"), "delete", when("old"), take("old"));
                    case "update" -> update();
                    default -> logs();
                }
            }
            List<String> setup = new ArrayList<>(List.of(
                    "create table n (id integer primary key, title text, body text, meta text,"
                            + " deleted integer not null default 0, kind text)",
                    "create table log (what text)",
                    "create table child (n integer, text text)",
                    index()));
            setup.addAll(triggers);
            for (int id = 1; id <= 12; id++) {
                setup.add(insert(id));
            }
            List<String> work = work(deletes, before);
            Optional<DeferralMode> mode = chance(50)
                    ? Optional.empty()
                    : Optional.of(chance(50) ? DeferralMode.JOURNAL : DeferralMode.REBUILD);
            return new Sample(setup, work, content.equals("own"), sizes, mode);
        }

        private String index() {
            StringBuilder index = new StringBuilder("create virtual table f using fts5(");
            index.append(String.join(", ", columns)).append(", tokenize='");
            index.append(pick("unicode61", "porter", "trigram", "ascii", "porter ascii"));
            index.append("'").append(pick("", "", ", prefix='2'", ", prefix='2 3'"));
            index.append(pick("", "", ", detail=column", ", detail=none")).append(sizes ? "" : ", columnsize=0");
            index.append(
                    switch (content) {
                        case "external" -> ", content='n', content_rowid='id'";
                        case "contentless" -> ", content=''";
                        case "contentless_delete" -> ", content='', contentless_delete=1";
                        default -> "";
                    });
            return index.append(")").toString();
        }

        private Optional<String> when(String row) {
            return chance(4) ? Optional.empty() : condition.map(text -> text.replace("@", row));
        }

        private String add(String row, List<String> expressions) {
            return "insert into f (rowid, " + String.join(", ", columns) + ") select " + row + ".id, "
                    + String.join(", ", expressions).replace("@", row);
        }

        private String take(String row) {
            return byRow
                    ? "delete from f where rowid = " + row + ".id"
                    : "insert into f (f, rowid, " + String.join(", ", columns) + ") select 'delete', " + row + ".id, "
                            + String.join(", ", values).replace("@", row);
        }

        private void trigger(String time, String event, Optional<String> when, String... statements) {
            String row = event.equals("delete") ? "old" : "new";
            List<String> body = new ArrayList<>(List.of(statements));
            if (chance(15)) {
                body.add(random.nextInt(body.size() + 1), log(row));
            }
            if (chance(10)) {
                body.add(
                        event.equals("delete")
                                ? "delete from child where n = old.id"
                                : "insert into child values (new.id, new.title)");
            }
            triggers.add("create trigger t" + triggers.size() + " " + time + " " + event + " on n"
                    + when.map(text -> " when " + text).orElse("") + " begin " + String.join("; ", body) + "; end");
        }

        private String log(String row) {
            return "insert into log select 't" + triggers.size() + " ' || " + row + ".id || ' ' || count(*) from log";
        }

        private void logs() {
            for (int i = random.nextInt(3); i > 0; i--) {
                String event = pick("insert", "update", "delete");
                triggers.add("create trigger t" + triggers.size() + " " + pick("before", "after") + " " + event
                        + " on n begin " + log(event.equals("delete") ? "old" : "new") + "; end");
            }
        }

        private void update() {
            TreeSet<String> needed = new TreeSet<>();
            String all = String.join(" ", values) + condition.orElse("");
            COLUMNS.stream().filter(name -> all.contains("@." + name)).forEach(needed::add);
            if (chance(6)) {
                needed.pollFirst();
            }
            boolean every = needed.isEmpty() || chance(40);
            followed.addAll(every ? COLUMNS : needed);
            String event = every ? "update" : "update of " + String.join(", ", needed);
            List<String> written = new ArrayList<>(values);
            if (chance(5)) {
                written.set(0, EXPRESSIONS.get(random.nextInt(EXPRESSIONS.size())));
            }
            int shape = random.nextInt(3);
            if (shape == 0) {
                trigger("before", event, when("old"), take("old"));
                trigger("after", event, when("new"), add("new", written));
            } else if (shape == 1 && byRow && condition.isEmpty()) {
                boolean replace = content.equals("contentless_delete") || chance(30);
                String put = add("new", written).replaceFirst("insert", "insert or replace");
                trigger("after", event, Optional.empty(), replace ? put : set(written));
            } else {
                String where = when("old").map(text -> " where " + text).orElse("");
                String there = when("new").map(text -> " where " + text).orElse("");
                String gone = take("old") + (byRow && !where.isEmpty() ? where.replace("where", "and") : where);
                trigger("after", event, Optional.empty(), gone, add("new", written) + there);
            }
            if (chance(8)) {
                followed.add("deleted");
                trigger("after", "update of deleted", Optional.of("new.deleted = 1"), take("old"));
            }
        }

        private String set(List<String> written) {
            List<String> settings = new ArrayList<>();
            for (int i = 0; i < columns.size(); i++) {
                settings.add(columns.get(i) + " = " + written.get(i).replace("@", "new"));
            }
            return "update f set " + String.join(", ", settings) + " where rowid = old.id";
        }

        private String value(String column) {
            return switch (column) {
                case "deleted" -> pick("0", "0", "1");
                case "kind" -> pick("null", "null", "'x'", "'y'");
                case "meta" -> pick("null", "'{}'", "'{\"k\": \"word" + random.nextInt(9) + "\"}'");
                default ->
                    pick(
                            "null",
                            "''",
                            "'É'",
                            "'running " + random.nextInt(9) + "'",
                            "'The Word" + random.nextInt(9) + " of lines'");
            };
        }

        private String insert(int id) {
            return "insert into n values (" + id + ", "
                    + String.join(", ", COLUMNS.stream().map(this::value).toList()) + ")";
        }

        private List<String> work(boolean deletes, boolean before) {
            List<String> work = new ArrayList<>();
            List<String> names = List.copyOf(followed);
            // SQLite has the upsert's conflict policy override the trigger's REPLACE, and live triggers then leave
            // stale terms.
            boolean replaces = triggers.stream().anyMatch(sql -> sql.contains("insert or replace"));
            int next = 100;
            for (int i = 0; i < 14; i++) {
                String column = names.get(random.nextInt(names.size()));
                String some = " where id % 5 = " + random.nextInt(5);
                switch (random.nextInt(5)) {
                    case 0 -> work.add(insert(next++));
                    case 1 ->
                        work.add(deletes ? "delete from n where id % 11 = " + random.nextInt(11) : insert(next++));
                    case 2 ->
                        work.add(
                                followed.contains("deleted")
                                        ? "update n set deleted = 1 - deleted" + some
                                        : insert(next++));
                    case 3 -> work.add("update n set " + column + " = " + value(column) + some);
                    default ->
                        work.add(
                                before || replaces || column.equals("deleted")
                                        ? insert(next++)
                                        : insert(1 + random.nextInt(12)) + " on conflict (id) do update set " + column
                                                + " = excluded." + column);
                }
            }
            return work;
        }
    }
}
