package dev.lockstep.fts;

import dev.lockstep.fts.BulkComparison.Way;
import dev.lockstep.fts.schema.FtsModule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;

/**
 * Draws one schema, its triggers, and work that they follow; most are of a kind that a rebuild can make anew, some have a
 * flaw.
 */
final class RandomSchema {
    private static final List<String> COLUMNS = List.of("title", "body", "meta", "deleted", "kind");

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
    private final FtsModule module;

    /** How statements call a row's number. */
    private final String rowid;

    private final List<String> triggers = new ArrayList<>();
    private final TreeSet<String> followed = new TreeSet<>();
    private final String content;
    private final boolean byRow;

    /** Whether a row is found by a key that the index has besides, so that each change reads all of it. */
    private final boolean keyed;

    private final boolean sizes;
    private final List<String> columns;
    private final List<String> values;
    private final Optional<String> condition;

    RandomSchema(Random random, FtsModule module) {
        this.random = random;
        this.module = module;
        rowid = module == FtsModule.FTS5 ? "rowid" : "docid";
        content = switch (module) {
            case FTS5 -> pick("own", "own", "external", "contentless", "contentless_delete");
            case FTS4 -> pick("own", "own", "external");
            case FTS3 -> "own";
        };
        byRow = content.equals("own") || content.equals("contentless_delete") || module != FtsModule.FTS5;
        keyed = content.equals("own") && chance(module == FtsModule.FTS5 ? 40 : 20);
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

    BulkComparison comparison() {
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
                case "delete" -> trigger(takingTime(), "delete", when("old"), take("old"));
                case "update" -> update();
                default -> logs();
            }
        }
        List<String> setup = new ArrayList<>(List.of(
                "create table n (id integer primary key, title text, body text, meta text,"
                        + " deleted integer not null default 0, kind text, uid text unique)",
                "create table log (what text)",
                "create table child (n integer, text text)",
                index()));
        setup.addAll(triggers);
        for (int id = 1; id <= 12; id++) {
            setup.add(insert(id));
        }
        List<String> work = work(deletes, before);
        return new BulkComparison(
                setup,
                work,
                List.of(Way.values()).get(random.nextInt(Way.values().length)),
                keyed ? BulkComparison.Numbers.INDEX : BulkComparison.Numbers.TRIGGERS);
    }

    /** Of content that is elsewhere FTS4 reads what a row had, so it must still be there. */
    private String takingTime() {
        boolean reads = module == FtsModule.FTS4 && content.equals("external") && !chance(5);
        return reads ? "before" : pick("before", "after");
    }

    private String index() {
        if (module != FtsModule.FTS5) {
            return older();
        }
        StringBuilder index = new StringBuilder("create virtual table f using fts5(");
        index.append(keyed ? "uid unindexed, " : "")
                .append(String.join(", ", columns))
                .append(", tokenize='");
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

    private String older() {
        List<String> arguments = new ArrayList<>();
        if (keyed) {
            arguments.add("uid");
        }
        arguments.addAll(columns);
        arguments.add("tokenize=" + pick("simple", "porter", "unicode61"));
        if (module == FtsModule.FTS4) {
            String options = (keyed ? "notindexed=uid " : "")
                    + (content.equals("external") ? "content=\"n\" " : "")
                    + pick("", "", "prefix=\"2,3\"", "matchinfo=fts3", "order=desc");
            arguments.addAll(
                    options.isBlank() ? List.of() : List.of(options.strip().split(" ")));
        }
        return "create virtual table f using " + module.name().toLowerCase(Locale.ROOT) + "("
                + String.join(", ", arguments) + ")";
    }

    private Optional<String> when(String row) {
        return chance(4) ? Optional.empty() : condition.map(text -> text.replace("@", row));
    }

    private String add(String row, List<String> expressions) {
        String number = keyed ? "uid" : rowid;
        return "insert into f (" + number + ", " + String.join(", ", columns) + ") select " + row + key() + ", "
                + String.join(", ", expressions).replace("@", row);
    }

    private String take(String row) {
        return byRow
                ? "delete from f where " + (keyed ? "uid" : rowid) + " = " + row + key()
                : "insert into f (f, rowid, " + String.join(", ", columns) + ") select 'delete', " + row + ".id, "
                        + String.join(", ", values).replace("@", row);
    }

    private String key() {
        return keyed ? ".uid" : ".id";
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
        boolean reads = module == FtsModule.FTS4 && content.equals("external");
        int shape = random.nextInt(reads && !chance(5) ? 1 : 3);
        if (shape == 0) {
            trigger("before", event, when("old"), take("old"));
            trigger("after", event, when("new"), add("new", written));
        } else if (shape == 1 && byRow && condition.isEmpty()) {
            boolean replace = !keyed && (content.equals("contentless_delete") || chance(30));
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
        return "update f set " + String.join(", ", settings) + " where "
                + (keyed ? "uid = " + pick("old", "new") : rowid + " = old") + key();
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
                + String.join(", ", COLUMNS.stream().map(this::value).toList()) + ", 'u" + id + "')";
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
                case 1 -> work.add(deletes ? "delete from n where id % 11 = " + random.nextInt(11) : insert(next++));
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
