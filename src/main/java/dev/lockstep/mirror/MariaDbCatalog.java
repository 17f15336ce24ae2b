package dev.lockstep.mirror;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.SourceTable.Nulls;
import dev.lockstep.mirror.TargetTable.Column;
import dev.lockstep.mirror.TargetTable.Comparison;
import dev.lockstep.mirror.TargetTable.Silence;
import dev.lockstep.mirror.TargetTable.Source;
import dev.lockstep.mirror.TargetType.Characters;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a table of MariaDB or MySQL is like, from the information schema. */
final class MariaDbCatalog {
    private static final String TABLE = """
            select table_name as name, table_type as type
              from information_schema.tables
             where table_schema = database()
               and table_name = ?
            """;

    private static final String COLUMNS = """
              select column_name as name, data_type as type, column_type as declared, is_nullable as nulls,
                     column_default is not null or extra like '%auto_increment%' as has_default,
                     coalesce(generation_expression, '') <> '' as generated,
                     cast(character_maximum_length as signed) as characters,
                     cast(character_octet_length as signed) as bytes,
                     cast(numeric_precision as signed) as digits, cast(numeric_scale as signed) as scale,
                     cast(datetime_precision as signed) as fraction,
                     character_set_name as charset, collation_name as collation_used
                from information_schema.columns
               where table_schema = database()
                 and table_name = ?
            order by ordinal_position
            """;

    private static final String KEYS = """
              select index_name as name, column_name as part, sub_part as prefix
                from information_schema.statistics
               where table_schema = database()
                 and table_name = ?
                 and non_unique = 0
            order by index_name, seq_in_index
            """;

    private static final String OBSTACLES = """
            select concat('the mirror has a trigger, ', trigger_name) as what
              from information_schema.triggers
             where event_object_schema = database()
               and event_object_table = ?
             union
            select concat('the mirror has a foreign key, ', constraint_name)
              from information_schema.key_column_usage
             where table_schema = database()
               and (table_name = ? or referenced_table_name = ?)
               and referenced_table_name is not null
            """;

    private static final long LAST_TIMESTAMP =
            LocalDateTime.of(2038, 1, 19, 3, 14, 7).toEpochSecond(ZoneOffset.UTC) * 1_000_000;

    private final Tx tx;

    MariaDbCatalog(Tx tx) {
        this.tx = tx;
    }

    Optional<TargetTable> find(String table) {
        Optional<Row> found = tx.row(TABLE, table);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        List<String> obstacles = new ArrayList<>();
        if (!found.get().text("type").equals("BASE TABLE")) {
            obstacles.add("in the mirror it is not a table");
        }
        tx.rows(OBSTACLES, table, table, table).forEach(row -> obstacles.add(row.text("what")));
        Map<String, List<String>> keys = new LinkedHashMap<>();
        for (Row row : tx.rows(KEYS, table)) {
            boolean usable = !row.isNull("part") && row.isNull("prefix");
            keys.computeIfAbsent(row.text("name"), name -> new ArrayList<>()).add(usable ? row.text("part") : "…");
        }
        List<String> primary = keys.containsKey("PRIMARY") ? keys.remove("PRIMARY") : List.of();
        List<Column> columns = new ArrayList<>();
        tx.rows(COLUMNS, table).forEach(row -> columns.add(column(row)));
        return Optional.of(
                new TargetTable(found.get().text("name"), columns, primary, List.copyOf(keys.values()), obstacles));
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
                    case "varbinary", "tinyblob", "blob", "mediumblob", "longblob" ->
                        TargetType.blob(sql, row.integer("bytes"));
                    case "datetime" -> MariaDbDialect.timestamp(sql, number(row, "fraction"));
                    case "timestamp" -> TargetType.timestamp(sql, 1_000_000, LAST_TIMESTAMP, number(row, "fraction"));
                    case "date" ->
                        TargetType.date(sql, MariaDbDialect.firstDay().toEpochDay(), Long.MAX_VALUE);
                    default -> null;
                });
    }

    private static TargetType integer(String sql, int bits) {
        if (sql.contains("unsigned")) {
            return TargetType.integer(sql, 0, bits == 64 ? Long.MAX_VALUE : (1L << bits) - 1, bits / 8);
        }
        long min = Long.MIN_VALUE >> (64 - bits);
        return TargetType.integer(sql, min, -(min + 1), bits / 8);
    }

    private static TargetType text(String sql, Row row) {
        Characters characters =
                switch (row.text("charset")) {
                    case "utf8mb4" -> Characters.UNICODE;
                    case "utf8", "utf8mb3" -> Characters.BASIC_PLANE;
                    case "latin1" -> Characters.LATIN1;
                    case "ascii" -> Characters.ASCII;
                    default -> null;
                };
        int most = sql.startsWith("varchar") ? number(row, "characters") : 0;
        return characters == null ? null : TargetType.text(sql, most, row.integer("bytes"), characters);
    }

    private static int number(Row row, String column) {
        return Math.toIntExact(row.integer(column));
    }
}
