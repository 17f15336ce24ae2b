package dev.lockstep.realm.invalidate;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.Json;
import dev.lockstep.transpile.Freshness;
import dev.lockstep.transpile.SourceFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares the definitions of a realm with the files that they were made from: the module's own, and those it imports. */
public final class DefinitionCheck {
    private static final String DEFINITIONS = """
            select url, min(created_at) as created_at, bool_or(created_at is null) as timeless,
                   jsonb_agg(distinct d.dep) filter (where d.dep is not null) as deps
              from modules m
              left join lateral jsonb_array_elements_text(
                                    case jsonb_typeof(m.deps) when 'array' then m.deps else '[]' end) as d (dep) on true
             where resolved_realm_url = ?
             group by url
             order by url
            """;

    /**
     * The definitions of one module.
     *
     * @param url as the table has it
     */
    public record Finding(String url, Freshness freshness, boolean hasFile) {}

    private DefinitionCheck() {}

    /** Every module's, the oldest of each. */
    public static List<Finding> of(Tx tx, RealmUrl realm, SourceFiles files) {
        List<Finding> findings = new ArrayList<>();
        tx.each(DEFINITIONS, row -> findings.add(finding(row, files)), realm.value());
        return findings;
    }

    private static Finding finding(Row row, SourceFiles files) {
        String url = row.text("url");
        Optional<Long> made = row.flag("timeless") ? Optional.empty() : Optional.of(row.integer("created_at"));
        SourceFiles.Found file = files.findModule(url);
        Freshness freshness = Freshness.of(file, Optional.empty(), made);
        if (freshness.state() == Freshness.State.FRESH && !row.isNull("deps")) {
            for (Object dep : (List<?>) Json.parse(row.text("deps"))) {
                SourceFiles.Found imported = files.findModule((String) dep);
                // One that is missing, or of another realm, tells nothing about times.
                if (imported.changed().isPresent()) {
                    Freshness through = Freshness.of(imported, Optional.empty(), made);
                    if (through.state() == Freshness.State.STALE) {
                        return new Finding(
                                url,
                                new Freshness(Freshness.State.STALE, "it imports " + dep + ": " + through.reason()),
                                true);
                    }
                }
            }
        }
        return new Finding(url, freshness, !file.isMissing());
    }
}
