package dev.lockstep.audit;

import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Row;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Finds what a name in a query or a profile means, as the engine folds names, and says what else it is if it is no table. */
public final class Relations {
    /** A name as it was written. */
    public record Name(String text, boolean quoted) {
        public static Name of(SqlToken token) {
            return new Name(token.name(), token.kind() != SqlToken.Kind.WORD);
        }
    }

    /**
     * A table.
     *
     * @param types the type of each column, by its name, in their order
     * @param notes in what its name differs from what was written
     */
    public record Known(TableName name, Map<String, String> types, List<String> notes) {
        /** The column that a name means. */
        public Optional<String> column(Name written) {
            if (types.containsKey(written.text())) {
                return Optional.of(written.text());
            }
            List<String> alike = new ArrayList<>();
            for (String column : types.keySet()) {
                if (column.equalsIgnoreCase(written.text())) {
                    alike.add(column);
                }
            }
            return alike.size() == 1
                    ? Optional.of(alike.get(0))
                    : alike.stream().findFirst();
        }

        public LockstepException noColumn(String column) {
            String hint = DidYouMean.to(column, List.copyOf(types.keySet()))
                    .map(name -> "did you mean " + name + "?")
                    .orElse(null);
            return LockstepException.usage("table " + name + " has no column " + column, hint);
        }
    }

    private record Candidate(String schema, String name, String kind, boolean visible) {}

    private static final String POSTGRESQL = """
            select n.nspname, c.relname,
                   case c.relkind when 'v' then 'a view' when 'f' then 'a foreign table' else 'a table' end as kind,
                   pg_table_is_visible(c.oid) as visible
              from pg_catalog.pg_class c
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace
             where lower(c.relname) = lower(?)
               and c.relkind in ('r', 'p', 'm', 'v', 'f')
             order by n.nspname, c.relname
            """;

    private static final String POSTGRESQL_COLUMNS = """
            select a.attname, format_type(a.atttypid, a.atttypmod) as type
              from pg_catalog.pg_attribute a
             where a.attrelid = cast(? as regclass)
               and a.attnum > 0
               and not a.attisdropped
             order by a.attnum
            """;

    private static final String MARIADB = """
            select t.table_schema, t.table_name,
                   case when t.table_type like '%VIEW' then 'a view' when t.table_type = 'SEQUENCE' then 'a sequence'
                        else 'a table' end as kind,
                   t.table_schema = database() as visible
              from information_schema.tables t
             where lower(t.table_name) = lower(?)
             order by t.table_schema, t.table_name
            """;

    private static final String MARIADB_COLUMNS = """
            select c.column_name, c.column_type
              from information_schema.columns c
             where c.table_schema = coalesce(?, database())
               and c.table_name = ?
             order by c.ordinal_position
            """;

    private static final String SQLITE = """
            select 'main', m.name,
                   case when m.type = 'view' then 'a view'
                        when m.sql like 'create virtual table%' then 'a virtual table' else 'a table' end as kind,
                   1 as visible
              from sqlite_master m
             where m.name = ? collate nocase
               and m.type in ('table', 'view')
            """;

    private Relations() {}

    /** The table that a profile names: as it is written, or, if there is no such one, by schema and table. */
    public static Known ofProfile(Db db, String schema, String table) {
        int dot = table.indexOf('.');
        if (schema == null && dot > 0 && candidates(db, table).isEmpty()) {
            return find(db, new Name(table.substring(0, dot), true), new Name(table.substring(dot + 1), true));
        }
        return find(db, schema == null ? null : new Name(schema, true), new Name(table, true));
    }

    /**
     * Finds the one table of a name.
     *
     * @param schema null if none was written.
     * @throws LockstepException usage: it is no table, or there are several
     */
    public static Known find(Db db, Name schema, Name table) {
        List<Candidate> all = candidates(db, table.text());
        List<Candidate> there = new ArrayList<>();
        for (Candidate candidate : all) {
            if (schema == null ? candidate.visible() : candidate.schema().equalsIgnoreCase(schema.text())) {
                there.add(candidate);
            }
        }
        Candidate found = best(db, there, table)
                .orElseThrow(
                        () -> missing(db, schema == null ? table.text() : schema.text() + "." + table.text(), all));
        if (!found.kind().equals("a table")) {
            throw LockstepException.usage(
                    found.name() + " is " + found.kind() + ", which has no indexes of its own",
                    found.kind().equals("a view") ? "name the table that the view reads" : null);
        }
        TableName name = new TableName(schema == null ? null : found.schema(), found.name());
        List<String> notes = new ArrayList<>();
        if (!found.name().equals(folded(db, table))) {
            notes.add("the table is called " + name.in(db.engine()));
        }
        return new Known(name, types(db, name), notes);
    }

    /** As the engine reads a name that is not quoted. */
    static String folded(Db db, Name name) {
        return switch (db.engine()) {
            case POSTGRESQL -> name.quoted() ? name.text() : name.text().toLowerCase(Locale.ROOT);
            case SQLITE, MARIADB -> name.text();
        };
    }

    private static Optional<Candidate> best(Db db, List<Candidate> there, Name table) {
        for (String wanted : List.of(folded(db, table), table.text())) {
            for (Candidate candidate : there) {
                if (candidate.name().equals(wanted)) {
                    return Optional.of(candidate);
                }
            }
        }
        return there.size() == 1 ? Optional.of(there.get(0)) : Optional.empty();
    }

    private static LockstepException missing(Db db, String written, List<Candidate> all) {
        String hint = null;
        for (Candidate candidate : all) {
            hint = (hint == null ? "there is " : hint + ", ")
                    + new TableName(candidate.schema(), candidate.name()).in(db.engine());
        }
        return LockstepException.usage(
                "there is no table " + written, hint == null ? null : hint + "; name it with its schema");
    }

    private static List<Candidate> candidates(Db db, String table) {
        String sql =
                switch (db.engine()) {
                    case POSTGRESQL -> POSTGRESQL;
                    case MARIADB -> MARIADB;
                    case SQLITE -> SQLITE;
                };
        List<Candidate> candidates = new ArrayList<>();
        for (Row row : db.<List<Row>>autocommit(tx -> tx.rows(sql, table))) {
            candidates.add(new Candidate(row.text(0), row.text(1), row.text(2), row.flag("visible")));
        }
        return candidates;
    }

    private static Map<String, String> types(Db db, TableName name) {
        Map<String, String> types = new LinkedHashMap<>();
        db.autocommit(tx -> {
            if (db.engine() == Engine.SQLITE) {
                SqliteCatalog.of(tx).columns(name.table()).forEach(column -> types.put(column.name(), column.type()));
                return types;
            }
            List<Row> rows = db.engine() == Engine.POSTGRESQL
                    ? tx.rows(POSTGRESQL_COLUMNS, name.sql())
                    : tx.rows(MARIADB_COLUMNS, name.schema(), name.table());
            rows.forEach(row -> types.put(row.text(0), row.value(1) == null ? "" : row.text(1)));
            return types;
        });
        return types;
    }
}
