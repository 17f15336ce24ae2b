package dev.lockstep.mirror.source;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqliteSalvage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The entries of a damaged schema that SQLite passes over: it reads the tables of the others as if these were not there. A
 * schema that it takes as it is has none.
 */
final class DamagedSchema {
    private static final String ENTRIES = """
              select m.rowid as number, m.type, m.name, m.sql, count(*) over (partition by m.name, m.type = 'trigger') as alike,
                     exists (select 1
                               from pragma_table_list l
                              where l.schema = 'main'
                                and l.name = m.name) as is_relation,
                     exists (select 1
                               from pragma_index_xinfo(m.name, 'main')) as is_index
                from sqlite_master m
            order by m.rowid
            """;

    private DamagedSchema() {}

    /** Why each of the entries is passed over, by its name as far as it has one. */
    static Map<String, String> of(Tx tx) {
        Map<String, String> damaged = new LinkedHashMap<>();
        if (SqliteSalvage.isOf(tx)) {
            for (Row entry : tx.rows(ENTRIES)) {
                why(tx, entry).ifPresent(why -> damaged.put(shown(entry), why));
            }
        }
        return damaged;
    }

    private static String shown(Row entry) {
        return entry.isNull("name") || entry.text("name").isEmpty()
                ? "entry " + entry.integer("number") + " of the schema"
                : entry.text("name");
    }

    private static Optional<String> why(Tx tx, Row entry) {
        if (entry.isNull("name") || entry.text("name").isEmpty()) {
            return Optional.of("its entry in the schema has no name");
        }
        if (!isKnown(tx, entry)) {
            Optional<String> error = error(tx, "explain " + entry.text("sql"));
            return Optional.of("its entry in the schema is damaged"
                    + error.map(why -> ": " + why).orElse(""));
        }
        return entry.integer("alike") > 1 ? Optional.of("the schema has two entries of this name") : Optional.empty();
    }

    private static boolean isKnown(Tx tx, Row entry) {
        return switch (String.valueOf(entry.text("type"))) {
            case "table", "view" -> entry.flag("is_relation");
            case "index" -> entry.flag("is_index");
            case "trigger" ->
                error(tx, "explain drop trigger main." + new Identifier(entry.text("name")))
                        .isEmpty();
            default -> false;
        };
    }

    private static Optional<String> error(Tx tx, String sql) {
        try {
            tx.rows(sql);
            return Optional.empty();
        } catch (DbException e) {
            return Optional.of(SourceSchema.said(e));
        }
    }
}
