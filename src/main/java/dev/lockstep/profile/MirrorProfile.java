package dev.lockstep.profile;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a mirror has copies of; each as the option of that name takes it.
 *
 * @param tables names or patterns, in their order; none: all
 * @param excluded names or patterns of those that are left out
 * @param renamed what the mirror calls a table that has another name there
 * @param schema the schema of PostgreSQL that the mirror is in; empty: where the connection looks first
 * @param where a condition on the rows of a table
 * @param columns the columns of a table that are copied; of a table that is not here, all
 * @param types how a column, {@code TABLE.COLUMN}, is mirrored
 * @param onBadRow what becomes of a row that the mirror cannot take; empty: its table fails
 * @param nul what becomes of U+0000 in a text; empty: the row is one that the mirror cannot take
 * @param isSoleWriter whether nobody but lockstep writes to the mirror
 */
public record MirrorProfile(
        List<String> tables,
        List<String> excluded,
        Map<String, String> renamed,
        Optional<String> schema,
        Map<String, String> where,
        Map<String, List<String>> columns,
        Map<String, String> types,
        Optional<String> onBadRow,
        Optional<String> nul,
        boolean isSoleWriter) {
    /** Everything, and nothing else said. */
    public static final MirrorProfile ALL = new MirrorProfile(
            List.of(),
            List.of(),
            Map.of(),
            Optional.empty(),
            Map.of(),
            Map.of(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            false);

    public MirrorProfile {
        tables = List.copyOf(tables);
        excluded = List.copyOf(excluded);
        renamed = Map.copyOf(renamed);
        where = Map.copyOf(where);
        columns = Map.copyOf(columns);
        types = Map.copyOf(types);
    }

    static MirrorProfile read(Section mirror) {
        MirrorProfile read = new MirrorProfile(
                mirror.requiredTexts("tables"),
                mirror.texts("exclude"),
                mirror.pairs("rename"),
                mirror.optional("schema"),
                mirror.pairs("where"),
                mirror.lists("columns"),
                mirror.pairs("types"),
                mirror.optional("onBadRow"),
                mirror.optional("nul"),
                mirror.flag("soleWriter"));
        mirror.end();
        return read;
    }
}
