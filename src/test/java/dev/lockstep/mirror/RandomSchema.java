package dev.lockstep.mirror;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Makes up tables and rows. */
final class RandomSchema {
    private static final List<String> TYPES = List.of(
            "integer",
            "int",
            "text",
            "varchar(255)",
            "blob",
            "real",
            "double",
            "numeric",
            "decimal(10,2)",
            "datetime",
            "date",
            "boolean",
            "",
            "tinyint(1)",
            "json");

    private static final List<String> PIECES = List.of(
            "a", "B", "_", " ", "\"", "'", "`", ";", "é", "select", "\\", "%s", "$1", "?", ":x", "--", "/*", "א", "日本",
            ".");

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "a",
            "A",
            "a ",
            "é",
            "ß",
            "ss",
            "''",
            "\"",
            "\\",
            "\\N",
            "\n",
            "\t",
            "𝄞",
            "1",
            "1.0",
            "null",
            "2024-02-29",
            "{}");

    private static final List<String> DEFAULTS = List.of(
            "0",
            "-1.5",
            "'x'",
            "'t'",
            "null",
            "true",
            "\"d\"",
            "x'00'",
            "current_timestamp",
            "current_date",
            "(datetime('now'))",
            "(1 + 1)",
            "1e3");

    private final List<String> earlier = new ArrayList<>();
    private final Random random;

    RandomSchema(Random random) {
        this.random = random;
    }

    /**
     * A table.
     *
     * @param indexes statements that may fail where they mean nothing
     * @param changes statements that never fail
     */
    record Table(String name, String ddl, List<String> indexes, List<String> changes) {}

    /** @param mark what no other name has */
    Table table(String mark) {
        String name = "t" + mark + piece() + piece() + "z";
        int width = 1 + random.nextInt(12);
        Set<String> columns = new LinkedHashSet<>();
        for (int i = 0; i < width; i++) {
            columns.add("c" + i + piece() + (random.nextInt(3) == 0 ? piece() : "") + "z");
        }
        List<String> names = List.copyOf(columns);
        List<String> types = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        for (String column : names) {
            String type = TYPES.get(random.nextInt(TYPES.size()));
            types.add(type);
            parts.add(Mirrored.quoted(column) + " " + type + (random.nextInt(6) == 0 ? " not null" : "") + another());
        }
        int key = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(Math.min(3, width));
        if (key > 0) {
            parts.add("primary key (" + quoted(names.subList(0, key)) + ")");
        }
        earlier.add(Mirrored.quoted(name) + " (" + Mirrored.quoted(names.get(0)) + ")");
        String options = key > 0 && random.nextInt(3) == 0 ? " without rowid" : "";
        String ddl = "create table " + Mirrored.quoted(name) + " (" + String.join(", ", parts) + ")" + options;
        return new Table(name, ddl, indexes(name, names), changes(name, names, types, key));
    }

    /** What else a column may say: a default, another collation, that it refers to another table. */
    private String another() {
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> " default " + DEFAULTS.get(random.nextInt(DEFAULTS.size()));
            case 3 -> " collate nocase";
            case 4 ->
                earlier.isEmpty()
                        ? ""
                        : " references " + earlier.get(random.nextInt(earlier.size()))
                                + (random.nextBoolean() ? " on delete cascade" : "");
            default -> "";
        };
    }

    private List<String> indexes(String table, List<String> columns) {
        List<String> indexes = new ArrayList<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            String one = Mirrored.quoted(columns.get(random.nextInt(columns.size())));
            String other = Mirrored.quoted(columns.get(random.nextInt(columns.size())));
            String parts =
                    switch (random.nextInt(5)) {
                        case 0 -> "lower(" + one + ")";
                        case 1 -> one + " desc, abs(" + other + ")";
                        case 2 -> one + " collate nocase";
                        default -> one.equals(other) ? one : one + ", " + other + " desc";
                    };
            String condition =
                    switch (random.nextInt(5)) {
                        case 0 -> " where " + other + " is not null";
                        case 1 -> " where " + other + " = 1";
                        default -> "";
                    };
            indexes.add("create " + (random.nextInt(3) == 0 ? "unique " : "") + "index "
                    + Mirrored.quoted("i" + i + table) + " on " + Mirrored.quoted(table) + " (" + parts + ")"
                    + condition);
        }
        return indexes;
    }

    private List<String> changes(String name, List<String> columns, List<String> types, int key) {
        boolean pure = random.nextInt(5) != 0;
        boolean whole = random.nextInt(5) != 0;
        List<String> changes = new ArrayList<>();
        int rows = random.nextInt(60);
        for (int i = 0; i < rows; i++) {
            List<String> values = new ArrayList<>();
            for (String type : types) {
                boolean mayBeNull = values.size() >= key || !whole;
                values.add(mayBeNull && random.nextInt(10) == 0 ? "null" : pure ? suitable(type) : any());
            }
            changes.add("insert or ignore into %s (%s) values (%s)"
                    .formatted(Mirrored.quoted(name), quoted(columns), String.join(", ", values)));
        }
        int column = random.nextInt(columns.size());
        String changed = Mirrored.quoted(columns.get(column));
        changes.add("update or ignore %s set %s = %s where abs(random()) %% 5 = 0"
                .formatted(Mirrored.quoted(name), changed, suitable(types.get(column))));
        changes.add("delete from %s where abs(random()) %% 9 = 0".formatted(Mirrored.quoted(name)));
        return changes;
    }

    private String suitable(String type) {
        return switch (type) {
            case "integer", "int" -> Long.toString(random.nextBoolean() ? random.nextInt(100) : random.nextLong());
            case "real", "double" -> Double.toString(random.nextGaussian() * Math.pow(10, random.nextInt(30) - 15));
            case "numeric", "decimal(10,2)" -> random.nextInt(100_000) / 100.0 + "";
            case "boolean", "tinyint(1)" -> Integer.toString(random.nextInt(2));
            case "datetime" ->
                "'20%02d-%02d-%02d %02d:00:00.%03d +00:00'"
                        .formatted(random.nextInt(99), month(), month(), month(), random.nextInt(1_000));
            case "date" -> "'20%02d-%02d-%02d'".formatted(random.nextInt(99), month(), month());
            case "blob" -> "randomblob(%d)".formatted(random.nextInt(20));
            default -> text();
        };
    }

    private int month() {
        return 1 + random.nextInt(12);
    }

    private String any() {
        return suitable(TYPES.get(random.nextInt(TYPES.size())));
    }

    private String text() {
        String text = TEXTS.get(random.nextInt(TEXTS.size()));
        return "'" + text.replace("'", "''") + (random.nextBoolean() ? "" : random.nextInt(50)) + "'";
    }

    private String piece() {
        return PIECES.get(random.nextInt(PIECES.size()));
    }

    private static String quoted(List<String> names) {
        List<String> quoted = new ArrayList<>();
        names.forEach(name -> quoted.add(Mirrored.quoted(name)));
        return String.join(", ", quoted);
    }
}
