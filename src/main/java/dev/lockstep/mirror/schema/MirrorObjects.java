package dev.lockstep.mirror.schema;

import dev.lockstep.db.Engine;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.mirror.plan.ForeignKeys;
import dev.lockstep.mirror.plan.TargetTable;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What one table of the mirror has beside its columns and its key. */
final class MirrorObjects {
    private static final String POSTGRESQL = """
            select 'index ' || i.relname as what
              from pg_index x
              join pg_class i on i.oid = x.indexrelid
             where x.indrelid = to_regclass(?)
             union all
            select case when a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval(%' then 'identity ' else 'default ' end
                   || a.attname
              from pg_attribute a
              left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
             where a.attrelid = to_regclass(?)
               and a.attnum > 0
               and not a.attisdropped
               and a.attgenerated = ''
               and (a.attidentity <> '' or a.atthasdef)
            """;

    private static final String MARIADB = """
            select concat('index ', index_name) as "what"
              from information_schema.statistics
             where table_schema = database()
               and table_name = ?
             union
            select concat(case when extra like '%auto_increment%' then 'identity ' else 'default ' end, column_name)
              from information_schema.columns
             where table_schema = database()
               and table_name = ?
               and (extra like '%auto_increment%' or coalesce(column_default, 'NULL') <> 'NULL')
            """;

    private final Set<String> there = new HashSet<>();

    /** @param table as it was found */
    MirrorObjects(Tx tx, Engine engine, TargetTable table) {
        switch (engine) {
            case POSTGRESQL -> add(tx, POSTGRESQL, table.identifier().toString());
            case MARIADB -> add(tx, MARIADB, table.name());
            case SQLITE -> {
                SqliteCatalog catalog = SqliteCatalog.of(tx);
                catalog.indexes(table.name()).forEach(index -> add("index " + index.name()));
                catalog.columns(table.name()).stream()
                        .filter(column -> column.defaultSql().isPresent())
                        .forEach(column -> add("default " + column.name()));
            }
        }
        table.uniqueKeys().forEach(key -> there.add("unique-key " + key(key)));
        for (ForeignKeys.Key key : table.foreignKeys().keys()) {
            if (SqlToken.fold(key.from()).equals(SqlToken.fold(table.name()))) {
                there.add("foreign-key " + key(key.columns()));
            }
        }
    }

    private void add(Tx tx, String sql, String name) {
        tx.rows(sql, name, name).forEach(row -> add(row.text("what")));
    }

    private void add(String what) {
        there.add(what.toLowerCase(Locale.ROOT));
    }

    private static String key(List<String> columns) {
        return String.join(", ", columns).toLowerCase(Locale.ROOT);
    }

    boolean has(SchemaObject object) {
        String part = object.part().toLowerCase(Locale.ROOT);
        return there.contains(object.kind() + " " + part)
                || (part.startsWith(SourceIndexes.AS_INDEX) && there.contains(part));
    }
}
