package dev.lockstep.mirror.plan;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.mirror.source.SourceTable;

/**
 * How the source spells the UUIDs of a key. Two spellings of one are two keys to the source and one to the mirror; where all
 * are spelled alike, as one application does it, any two keys that differ are two to both.
 */
final class UuidSpelling {
    private static final String SPELLINGS = """
            select count(%1$s) as n, count(distinct typeof(%1$s)) as kinds, min(length(%1$s)) as shortest,
                   max(length(%1$s)) as longest,
                   coalesce(max(typeof(%1$s) = 'text' and %1$s glob '*[A-F]*'), 0) as has_upper,
                   coalesce(max(typeof(%1$s) = 'text' and %1$s glob '*[a-f]*'), 0) as has_lower
              from %2$s
            """;

    private final Tx source;
    private final SourceTable table;

    UuidSpelling(Tx source, SourceTable table) {
        this.source = source;
        this.table = table;
    }

    /** The column with what its type is to demand of a spelling, if that is to be demanded. */
    TargetTable.Column of(TargetTable.Column column) {
        if (column.type().filter(type -> type.form() == TargetType.Form.UUID).isEmpty()) {
            return column;
        }
        for (SourceTable.Column key : table.key()) {
            if (SqlToken.fold(key.name()).equals(SqlToken.fold(column.name()))) {
                Row found = source.only(SPELLINGS.formatted(key.identifier(), table.withoutIndexes()));
                boolean alike = found.integer("n") > 0
                        && found.integer("kinds") == 1
                        && found.integer("shortest") == found.integer("longest")
                        && !(found.flag("has_upper") && found.flag("has_lower"));
                if (alike) {
                    int letters = found.flag("has_upper") ? TargetType.UPPER : TargetType.LOWER;
                    int length = Math.toIntExact(found.integer("longest"));
                    return column.withType(column.type().orElseThrow().spelled(length, letters));
                }
            }
        }
        return column;
    }
}
