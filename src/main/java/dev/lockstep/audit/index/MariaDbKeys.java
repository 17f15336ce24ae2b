package dev.lockstep.audit.index;

import dev.lockstep.audit.TableName;
import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The keys of MariaDB's indexes: how much of a column fits in one, and which there are. */
final class MariaDbKeys {
    /** InnoDB's limit, for all columns of an index together. */
    private static final int KEY_BYTES = 3_072;

    /** The rows of these formats take less. */
    private static final int OLD_KEY_BYTES = 767;

    /** What is taken of a text that does not fit whole, if there is room: enough to tell texts apart. */
    private static final int PREFIX = 191;

    private static final int NUMBER_BYTES = 16;

    private static final String TEXTS = """
            select c.column_name, c.data_type,
                   least(c.character_maximum_length, 100000000) as chars,
                   least(c.character_octet_length, 100000000) as bytes,
                   coalesce(s.maxlen, 1) as char_bytes,
                   t.row_format
              from information_schema.columns c
              join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
              left join information_schema.character_sets s on s.character_set_name = c.character_set_name
             where c.table_schema = coalesce(?, database())
               and c.table_name = ?
               and c.character_maximum_length is not null
            """;

    private static final String INDEXES = """
            select s.index_name, s.column_name, s.non_unique, s.collation, s.sub_part, s.index_type
              from information_schema.statistics s
             where s.table_schema = coalesce(?, database())
               and s.table_name = ?
             order by s.index_name <> 'PRIMARY', s.index_name, s.seq_in_index
            """;

    private record Text(boolean large, long chars, long bytes, int charBytes, boolean old) {}

    private final Db db;
    private final TableName table;

    MariaDbKeys(Db db, TableName table) {
        this.db = db;
        this.table = table;
    }

    private Map<String, Text> texts() {
        Map<String, Text> texts = new HashMap<>();
        for (Row row : db.<List<Row>>autocommit(tx -> tx.rows(TEXTS, table.schema(), table.table()))) {
            String type = row.text("data_type").toLowerCase(Locale.ROOT);
            String format = row.isNull("row_format") ? "" : row.text("row_format");
            texts.put(
                    row.text("column_name"),
                    new Text(
                            type.endsWith("text") || type.endsWith("blob"),
                            row.integer("chars"),
                            row.integer("bytes"),
                            (int) row.integer("char_bytes"),
                            format.equalsIgnoreCase("Compact") || format.equalsIgnoreCase("Redundant")));
        }
        return texts;
    }

    /** The columns as an index takes them: quoted, each with the length of its prefix if it does not fit whole. */
    List<String> parts(List<String> columns) {
        Map<String, Text> texts = texts();
        long left = KEY_BYTES;
        int cut = 0;
        for (String column : columns) {
            Text text = texts.get(column);
            if (isCut(text)) {
                cut++;
            } else {
                left -= text == null ? NUMBER_BYTES : text.bytes();
            }
        }
        while (left < (long) cut * PREFIX / 2) {
            // Whole columns that are too wide together: the widest gives way.
            return allCut(columns, texts);
        }
        List<String> parts = new ArrayList<>();
        for (String column : columns) {
            Text text = texts.get(column);
            String name = new Identifier(column).in(Engine.MARIADB);
            parts.add(isCut(text) ? name + "(" + prefix(text, left / cut) + ")" : name);
        }
        return parts;
    }

    private static List<String> allCut(List<String> columns, Map<String, Text> texts) {
        List<String> parts = new ArrayList<>();
        long share = KEY_BYTES / columns.size();
        for (String column : columns) {
            Text text = texts.get(column);
            String name = new Identifier(column).in(Engine.MARIADB);
            boolean fits = text == null || (!text.large() && text.bytes() <= share);
            parts.add(fits ? name : name + "(" + prefix(text, share) + ")");
        }
        return parts;
    }

    private static boolean isCut(Text text) {
        return text != null && (text.large() || text.bytes() > (text.old() ? OLD_KEY_BYTES : KEY_BYTES));
    }

    private static long prefix(Text text, long bytes) {
        long room = Math.min(bytes, text.old() ? OLD_KEY_BYTES : KEY_BYTES) / text.charBytes();
        return Math.max(1, Math.min(Math.min(room, PREFIX), text.chars()));
    }

    /** Those that only a part of stands in an index. */
    List<String> cut(List<String> columns) {
        List<String> cut = new ArrayList<>();
        List<String> parts = parts(columns);
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).endsWith(")")) {
                cut.add(columns.get(i));
            }
        }
        return cut;
    }

    List<TableIndex> indexes() {
        List<Row> rows = db.autocommit(tx -> tx.rows(INDEXES, table.schema(), table.table()));
        List<TableIndex> indexes = new ArrayList<>();
        List<TableIndex.Key> primary = List.of();
        for (int from = 0; from < rows.size(); ) {
            Row first = rows.get(from);
            String name = first.text("index_name");
            List<TableIndex.Key> keys = new ArrayList<>();
            for (; from < rows.size() && rows.get(from).text("index_name").equals(name); from++) {
                keys.add(key(rows.get(from)));
            }
            boolean isPrimary = name.equals("PRIMARY");
            primary = isPrimary ? List.copyOf(keys) : primary;
            int declared = keys.size();
            if (!isPrimary) {
                // The primary key stands behind the keys of each index.
                keys.addAll(primary);
            }
            indexes.add(new TableIndex(
                    isPrimary ? "PRIMARY KEY" : name,
                    first.integer("non_unique") == 0,
                    first.text("index_type").equals("BTREE") && !isIgnored(name),
                    Optional.empty(),
                    declared,
                    keys));
        }
        return indexes;
    }

    /** The word for it differs between servers, and so does the column. */
    private boolean isIgnored(String name) {
        for (Row row : db.<List<Row>>autocommit(tx -> tx.rows("show index from " + table.sql()))) {
            boolean ignored = (row.has("ignored") && "YES".equals(row.text("ignored")))
                    || (row.has("visible") && "NO".equals(row.text("visible")));
            if (ignored && row.text("key_name").equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static TableIndex.Key key(Row row) {
        boolean descending = "D".equals(row.text("collation"));
        return new TableIndex.Key(row.text("column_name"), descending, !descending, row.isNull("sub_part"));
    }
}
