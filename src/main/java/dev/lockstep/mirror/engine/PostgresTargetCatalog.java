package dev.lockstep.mirror.engine;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.DeclaredType;
import dev.lockstep.mirror.plan.DeclaredType.Place;
import dev.lockstep.mirror.plan.ForeignKeys;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.plan.TargetTable.Comparison;
import dev.lockstep.mirror.plan.TargetTable.Silence;
import dev.lockstep.mirror.plan.TargetTable.Source;
import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.mirror.plan.TargetType.Characters;
import dev.lockstep.mirror.plan.TargetType.Form;
import dev.lockstep.mirror.source.ColumnSurvey;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.mirror.source.SourceTable.Nulls;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** What a table of PostgreSQL is like: one that is there, from its catalog, and one that would be made. */
final class PostgresTargetCatalog {
    private static final String TABLE = """
            select c.oid, c.relkind, c.relhasrules, row_security_active(c.oid) as filtered
              from pg_class c
             where c.oid = to_regclass(?)
            """;

    private static final String COLUMNS = """
              select a.attname as name, coalesce(b.typname, t.typname) as type, coalesce(b.typtype, t.typtype) as kind,
                     coalesce(b.oid, t.oid)::bigint as type_id,
                     case when b.oid is null then a.atttypmod else t.typtypmod end as modifier,
                     format_type(a.atttypid, a.atttypmod) as declared, a.attnotnull as forbids_null,
                     a.atthasdef or a.attidentity <> '' as has_default, a.attgenerated <> '' as generated,
                     coalesce(l.collisdeterministic, true) as exact, a.attidentity as identity
                from pg_attribute a
                join pg_type t on t.oid = a.atttypid
                left join pg_type b on t.typtype = 'd' and b.oid = t.typbasetype
                left join pg_collation l on l.oid = a.attcollation
               where a.attrelid = to_regclass(?)
                 and a.attnum > 0
                 and not a.attisdropped
            order by a.attnum
            """;

    private static final String KEYS = """
              select i.indexrelid, i.indisprimary as is_primary, i.indpred is null as complete,
                     a.attname as name, i.indimmediate as immediate
                from pg_index i
                cross join unnest(i.indkey::int[]) with ordinality as k (att, position)
                left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.att
               where i.indrelid = to_regclass(?)
                 and i.indisunique
                 and i.indisvalid
                 and k.position <= i.indnkeyatts
            order by i.indisprimary desc, i.indexrelid, k.position
            """;

    private static final String OBSTACLES = """
            select 'the mirror has a trigger, ' || tgname as what
              from pg_trigger
             where tgrelid = to_regclass(?)
               and not tgisinternal
               and tgenabled <> 'D'
             order by 1
            """;

    private static final String LABELS = "select enumlabel as label from pg_enum where enumtypid = ?::oid";

    private static final Set<Form> NUMBERS = Set.of(Form.INTEGER, Form.REAL, Form.DECIMAL);

    private static final int HEADER = 4;

    private final Tx tx;
    private final BooleanSupplier isSuspended;

    /** @param isSuspended whether foreign keys are not looked at while rows are written */
    PostgresTargetCatalog(Tx tx, BooleanSupplier isSuspended) {
        this.tx = tx;
        this.isSuspended = isSuspended;
    }

    Optional<TargetTable> find(String table) {
        String name = new Identifier(table).toString();
        Optional<Row> found = tx.row(TABLE, name);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        List<String> obstacles = new ArrayList<>();
        String kind = found.get().text("relkind");
        if (!kind.equals("r") && !kind.equals("p")) {
            obstacles.add("in the mirror it is not a table");
        }
        if (found.get().flag("relhasrules")) {
            obstacles.add("the mirror has rules");
        }
        if (found.get().flag("filtered")) {
            obstacles.add("row security hides rows of the mirror from us");
        }
        tx.rows(OBSTACLES, name).forEach(row -> obstacles.add(row.text("what")));
        List<List<String>> unique = new ArrayList<>();
        List<String> primary = keys(name, unique);
        List<Column> columns = columns(name, primary, obstacles);
        ForeignKeys keys = PostgresForeignKeys.of(tx, name, isSuspended);
        return Optional.of(new TargetTable(table, columns, primary, unique, obstacles, keys));
    }

    private List<Column> columns(String table, List<String> primary, List<String> obstacles) {
        List<Column> columns = new ArrayList<>();
        for (Row row : tx.rows(COLUMNS, table)) {
            String name = row.text("name");
            boolean forbids = row.flag("forbids_null");
            columns.add(new Column(
                    name,
                    type(row),
                    row.text("declared"),
                    forbids ? Nulls.FORBIDDEN : Nulls.ALLOWED,
                    forbids && !row.flag("has_default") ? Silence.FORBIDDEN : Silence.ALLOWED,
                    row.flag("generated") ? Source.GENERATED : Source.WRITER,
                    row.flag("exact") && !row.text("type").equals("citext") ? Comparison.BINARY : Comparison.LOOSE));
            if (!primary.contains(name) && "a".equals(row.text("identity"))) {
                obstacles.add("column " + name + " is generated always as identity, and no update may write it");
            }
        }
        return columns;
    }

    /** @param unique takes the unique keys that are not the primary one @return the primary key */
    private List<String> keys(String table, List<List<String>> unique) {
        List<String> primary = new ArrayList<>();
        long index = -1;
        for (Row row : tx.rows(KEYS, table)) {
            if (row.flag("is_primary")) {
                primary.add(row.text("name"));
                continue;
            }
            if (row.integer("indexrelid") != index) {
                index = row.integer("indexrelid");
                unique.add(new ArrayList<>());
            }
            boolean usable = !row.isNull("name") && row.flag("complete") && row.flag("immediate");
            unique.get(unique.size() - 1).add(usable ? row.text("name") : "…");
        }
        return primary;
    }

    private Optional<TargetType> type(Row row) {
        String sql = row.text("declared");
        int modifier = Math.toIntExact(row.integer("modifier"));
        if (row.text("kind").equals("e")) {
            Set<String> labels = new HashSet<>();
            tx.rows(LABELS, row.integer("type_id")).forEach(label -> labels.add(label.text("label")));
            return Optional.of(TargetType.label(sql, labels));
        }
        return type(row.text("type"), sql, modifier);
    }

    /** What a column of a type, as the catalog calls it, can hold; empty if that is not known. */
    static Optional<TargetType> type(String name, String sql, int modifier) {
        return Optional.ofNullable(
                switch (name) {
                    case "bool" -> TargetType.integer(sql, 0, 1, 1);
                    case "int2" -> TargetType.integer(sql, Short.MIN_VALUE, Short.MAX_VALUE, Short.BYTES);
                    case "int4" -> TargetType.integer(sql, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.BYTES);
                    case "int8" -> TargetType.integer(sql, Long.MIN_VALUE, Long.MAX_VALUE, Long.BYTES);
                    case "float4" -> TargetType.real(sql, Float.BYTES);
                    case "float8" -> TargetType.real(sql, Double.BYTES);
                    case "text", "citext", "json" -> TargetType.text(sql, 0, 0, Characters.UNICODE_BUT_NUL);
                    case "varchar" ->
                        TargetType.text(sql, Math.max(0, modifier - HEADER), 0, Characters.UNICODE_BUT_NUL);
                    case "bpchar" ->
                        TargetType.character(sql, Math.max(0, modifier - HEADER), 0, Characters.UNICODE_BUT_NUL);
                    case "uuid" -> TargetType.uuid(sql);
                    case "jsonb" -> TargetType.json(sql);
                    case "time" -> TargetType.time(sql, modifier < 0 ? 6 : modifier);
                    case "interval" -> modifier < 0 ? TargetType.interval(sql) : null;
                    case "bytea" -> TargetType.blob(sql, 0);
                    case "numeric" -> numeric(sql, modifier);
                    case "timestamp", "timestamptz" ->
                        TargetType.timestamp(sql, Long.MIN_VALUE, Long.MAX_VALUE, modifier < 0 ? 6 : modifier);
                    case "date" -> TargetType.date(sql, Long.MIN_VALUE, Long.MAX_VALUE);
                    default -> null;
                });
    }

    /** @return null for a negative scale, which rounds what is left of the point */
    private static TargetType numeric(String sql, int modifier) {
        if (modifier < 0) {
            return TargetType.decimal(sql, 0, 0);
        }
        int precision = (modifier - HEADER) >> 16 & 0xffff;
        int scale = (((modifier - HEADER) & 0x7ff) ^ 1024) - 1024;
        return scale < 0 ? null : TargetType.decimal(sql, precision, scale);
    }

    /** The table that would be made for one of the source. */
    static TargetTable design(SourceTable source, ColumnSurvey survey) {
        return TargetTable.designed(
                source,
                column -> {
                    Place place = source.key().contains(column) ? Place.KEY : Place.VALUE;
                    return column.wish()
                            .type()
                            .map(PostgresTargetCatalog::named)
                            .orElseGet(() -> type(DeclaredType.of(column, survey.content(column), place), place));
                },
                type(DeclaredType.INTEGER, Place.KEY));
    }

    private static TargetType named(String sql) {
        return PostgresNamedType.of(sql)
                .orElseThrow(() -> LockstepException.usage(
                        "no type that a column is made of: " + sql,
                        "it is one of PostgreSQL's, such as numeric(10,2)"));
    }

    /** What cannot be turned into the other type is taken out: the next backfill writes it. */
    static String retype(TargetTable table, Column from, Column to) {
        Form before = from.type().map(TargetType::form).orElse(Form.ANY);
        Form after = to.type().orElseThrow().form();
        boolean widened = after == Form.TEXT
                || (NUMBERS.contains(before)
                        && NUMBERS.contains(after)
                        && !from.type().orElseThrow().isBoolean());
        return "alter table " + table.identifier() + " alter column " + from.identifier() + " type " + to.declared()
                + (widened ? "" : " using null");
    }

    private static TargetType type(DeclaredType meant, Place place) {
        return switch (meant) {
            case INTEGER -> TargetType.integer("bigint", Long.MIN_VALUE, Long.MAX_VALUE, Long.BYTES);
            case REAL -> TargetType.real("double precision", Double.BYTES);
            case DECIMAL -> TargetType.decimal("numeric", 0, 0);
            // The order of bytes is the fastest, and no release of a collation library changes it.
            case TEXT ->
                TargetType.text(place == Place.KEY ? "text collate \"C\"" : "text", 0, 0, Characters.UNICODE_BUT_NUL);
            case BLOB -> TargetType.blob("bytea", 0);
            case BOOLEAN -> TargetType.integer("boolean", 0, 1, 1);
            case TIMESTAMP -> TargetType.timestamp("timestamptz", Long.MIN_VALUE, Long.MAX_VALUE, 6);
            case DATE -> TargetType.date("date", Long.MIN_VALUE, Long.MAX_VALUE);
        };
    }

    static Optional<String> invalidName(String name) {
        return new Identifier(name).bytes() > Identifier.POSTGRESQL_MAX_BYTES
                ? Optional.of("longer than the " + Identifier.POSTGRESQL_MAX_BYTES + " bytes that PostgreSQL keeps")
                : Optional.empty();
    }
}
