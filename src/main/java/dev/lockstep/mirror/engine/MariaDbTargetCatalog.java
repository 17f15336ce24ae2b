package dev.lockstep.mirror.engine;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.ForeignKeys;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.plan.TargetTable.Comparison;
import dev.lockstep.mirror.plan.TargetTable.Silence;
import dev.lockstep.mirror.plan.TargetTable.Source;
import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.mirror.plan.TargetType.Characters;
import dev.lockstep.mirror.source.SourceTable.Nulls;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of MariaDB or MySQL that are there, from the information schema, and what their names may be. */
final class MariaDbTargetCatalog {
    private static final String TABLE = """
            select table_name as "name", table_type as "type"
              from information_schema.tables
             where table_schema = database()
               and table_name = ?
            """;

    private static final String COLUMNS = """
              select column_name as "name", data_type as "type", column_type as "declared", is_nullable as "nulls",
                     column_default is not null or extra like '%auto_increment%' as "has_default",
                     coalesce(generation_expression, '') <> '' as "generated",
                     cast(character_maximum_length as signed) as "characters",
                     cast(character_octet_length as signed) as "bytes",
                     cast(numeric_precision as signed) as "digits", cast(numeric_scale as signed) as "scale",
                     cast(datetime_precision as signed) as "fraction",
                     character_set_name as "charset", collation_name as "collation_used"
                from information_schema.columns
               where table_schema = database()
                 and table_name = ?
            order by ordinal_position
            """;

    private static final String KEYS = """
              select index_name as "name", column_name as "part", sub_part as "prefix"
                from information_schema.statistics
               where table_schema = database()
                 and table_name = ?
                 and non_unique = 0
            order by index_name, seq_in_index
            """;

    private static final String OBSTACLES = """
            select concat('the mirror has a trigger, ', trigger_name) as "what"
              from information_schema.triggers
             where event_object_schema = database()
               and event_object_table = ?
            """;

    private static final String FOREIGN_KEYS = """
              select constraint_name as "name", table_name as "owner", column_name as "part",
                     referenced_table_name as "target", referenced_column_name as "target_part"
                from information_schema.key_column_usage
               where table_schema = database()
                 and (table_name = ? or referenced_table_name = ?)
                 and referenced_table_name is not null
            order by constraint_name, ordinal_position
            """;

    private static final String DUPLICATE_COLUMN = "42S21";

    private static final int MAX_FILE_NAME = 250;

    private static final long LAST_TIMESTAMP =
            LocalDateTime.of(2038, 1, 19, 3, 14, 7).toEpochSecond(ZoneOffset.UTC) * 1_000_000L;

    /** {@code 838:59:59}. */
    private static final long LAST_TIME = (838L * 3_600 + 59 * 60 + 59) * 1_000_000L;

    private static final Pattern LABEL = Pattern.compile("'((?:[^']|'')*)'");

    private static final int MAX_NAME = 64;

    private MariaDbTargetCatalog() {}

    static Optional<TargetTable> find(Tx tx, String table) {
        Optional<Row> found = tx.row(TABLE, table);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        List<String> obstacles = new ArrayList<>();
        if (!found.get().text("type").equals("BASE TABLE")) {
            obstacles.add("in the mirror it is not a table");
        }
        tx.rows(OBSTACLES, table).forEach(row -> obstacles.add(row.text("what")));
        Map<String, List<String>> keys = new LinkedHashMap<>();
        for (Row row : tx.rows(KEYS, table)) {
            boolean usable = !row.isNull("part") && row.isNull("prefix");
            keys.computeIfAbsent(row.text("name"), name -> new ArrayList<>()).add(usable ? row.text("part") : "…");
        }
        List<String> primary = keys.containsKey("PRIMARY") ? keys.remove("PRIMARY") : List.of();
        List<Column> columns = new ArrayList<>();
        tx.rows(COLUMNS, table).forEach(row -> columns.add(column(row)));
        return Optional.of(new TargetTable(
                found.get().text("name"),
                columns,
                primary,
                List.copyOf(keys.values()),
                obstacles,
                new ForeignKeys(foreignKeys(tx, table), ForeignKeys.Check.SUSPENDED)));
    }

    private static List<ForeignKeys.Key> foreignKeys(Tx tx, String table) {
        Map<String, List<Row>> keys = new LinkedHashMap<>();
        for (Row row : tx.rows(FOREIGN_KEYS, table, table)) {
            keys.computeIfAbsent(row.text("owner") + "/" + row.text("name"), name -> new ArrayList<>())
                    .add(row);
        }
        List<ForeignKeys.Key> found = new ArrayList<>();
        for (List<Row> parts : keys.values()) {
            Row first = parts.get(0);
            found.add(new ForeignKeys.Key(
                    first.text("name"),
                    first.text("owner"),
                    parts.stream().map(part -> part.text("part")).toList(),
                    first.text("target"),
                    parts.stream().map(part -> part.text("target_part")).toList(),
                    ""));
        }
        return found;
    }

    private static Column column(Row row) {
        boolean forbids = row.text("nulls").equals("NO");
        String collation = row.text("collation_used");
        boolean exact = collation == null || collation.endsWith("nopad_bin") || collation.equals("utf8mb4_0900_bin");
        return new Column(
                row.text("name"),
                type(row),
                row.text("declared"),
                forbids ? Nulls.FORBIDDEN : Nulls.ALLOWED,
                forbids && !row.flag("has_default") ? Silence.FORBIDDEN : Silence.ALLOWED,
                row.flag("generated") ? Source.GENERATED : Source.WRITER,
                exact ? Comparison.BINARY : Comparison.LOOSE);
    }

    private static Optional<TargetType> type(Row row) {
        String sql = row.text("declared");
        return Optional.ofNullable(
                switch (row.text("type").toLowerCase(Locale.ROOT)) {
                    case "tinyint" -> integer(sql, 8);
                    case "smallint" -> integer(sql, 16);
                    case "mediumint" -> integer(sql, 24);
                    case "int" -> integer(sql, 32);
                    case "bigint" -> integer(sql, 64);
                    case "double" -> TargetType.finite(sql, Double.BYTES);
                    case "decimal" -> TargetType.decimal(sql, number(row, "digits"), number(row, "scale"));
                    case "varchar", "tinytext", "text", "mediumtext", "longtext" -> text(sql, row);
                    case "char" -> character(sql, row);
                    case "enum" -> TargetType.label(sql, labels(sql));
                    case "uuid" -> TargetType.uuid(sql);
                    case "json" -> TargetType.jsonOfDoubles(sql);
                    case "time" -> time(sql, number(row, "fraction"));
                    case "binary" -> TargetType.bytes(sql, row.integer("bytes"));
                    case "varbinary", "tinyblob", "blob", "mediumblob", "longblob" ->
                        TargetType.blob(sql, row.integer("bytes"));
                    case "datetime" -> MariaDbTableDesign.datetime(sql, number(row, "fraction"));
                    case "timestamp" -> TargetType.timestamp(sql, 1_000_000, LAST_TIMESTAMP, number(row, "fraction"));
                    case "date" -> MariaDbTableDesign.date(sql);
                    default -> null;
                });
    }

    static TargetType time(String sql, int fraction) {
        return TargetType.time(sql, -LAST_TIME, LAST_TIME, fraction);
    }

    static TargetType integer(String sql, int bits) {
        if (sql.contains("unsigned")) {
            return TargetType.integer(sql, 0, bits == 64 ? Long.MAX_VALUE : (1L << bits) - 1, bits / 8);
        }
        long min = Long.MIN_VALUE >> (64 - bits);
        return TargetType.integer(sql, min, -(min + 1), bits / 8);
    }

    /** Of {@code enum('a','it''s')}. */
    private static Set<String> labels(String sql) {
        Set<String> labels = new HashSet<>();
        Matcher matcher = LABEL.matcher(sql);
        while (matcher.find()) {
            labels.add(matcher.group(1).replace("''", "'"));
        }
        return labels;
    }

    private static TargetType character(String sql, Row row) {
        Characters characters = characters(row);
        return characters == null
                ? null
                : TargetType.character(sql, number(row, "characters"), row.integer("bytes"), characters);
    }

    private static TargetType text(String sql, Row row) {
        Characters characters = characters(row);
        int most = sql.startsWith("varchar") ? number(row, "characters") : 0;
        return characters == null ? null : TargetType.text(sql, most, row.integer("bytes"), characters);
    }

    /** @return null if it is not known which they are */
    private static Characters characters(Row row) {
        return switch (row.text("charset")) {
            case "utf8mb4" -> Characters.UNICODE;
            case "utf8", "utf8mb3" -> Characters.BASIC_PLANE;
            case "latin1" -> Characters.LATIN1;
            case "ascii" -> Characters.ASCII;
            default -> null;
        };
    }

    private static int number(Row row, String column) {
        return Math.toIntExact(row.integer(column));
    }

    /** @param collation of texts that say none: it tells all of them apart */
    static String create(TargetTable table, String collation) {
        return table.create(
                " engine = InnoDB character set utf8mb4 collate " + collation, MariaDbTargetCatalog::quoted);
    }

    static String add(TargetTable table, Column column) {
        return "alter table " + quoted(table.name()) + " add column " + quoted(column.name()) + " " + column.declared();
    }

    static String retype(TargetTable table, Column from, Column to) {
        return "alter table " + quoted(table.name()) + " modify column " + quoted(from.name()) + " " + to.declared()
                + (from.nulls() == Nulls.FORBIDDEN ? " not null" : "");
    }

    /** As every session of the server reads it. */
    private static String quoted(String name) {
        return '`' + name.replace("`", "``") + '`';
    }

    static Optional<String> invalidName(String name) {
        if (name.codePointCount(0, name.length()) > MAX_NAME) {
            return Optional.of("longer than the " + MAX_NAME + " characters that a name has there");
        }
        if (name.endsWith(" ")) {
            return Optional.of("none that MariaDB takes: it ends with a blank");
        }
        return name.length() > name.codePointCount(0, name.length())
                ? Optional.of("none that MariaDB takes: it has a character beyond U+FFFF")
                : Optional.empty();
    }

    /** A table is a file, in whose name most letters beyond ASCII take five. */
    static Optional<String> invalidTable(String name) {
        long bytes = name.chars()
                .map(c -> (c < 0x80 && Character.isLetterOrDigit(c)) || c == '_' ? 1 : 5)
                .sum();
        return bytes > MAX_FILE_NAME
                ? Optional.of("one whose file would have a longer name than a file may have there")
                : Optional.empty();
    }

    /** Two names of columns that are one to the server: which they are, differs from version to version, and it says so itself. */
    static Optional<String> clash(Tx tx, List<String> columns) {
        List<String> selected = new ArrayList<>();
        columns.forEach(name -> selected.add("1 as " + new Identifier(name)));
        try {
            tx.rows("select 1 from (select " + String.join(", ", selected) + ") as t");
            return Optional.empty();
        } catch (DbException e) {
            // What else is wrong with a name is told by others.
            return DUPLICATE_COLUMN.equals(e.sqlState()) ? Optional.of(e.getMessage()) : Optional.empty();
        }
    }
}
