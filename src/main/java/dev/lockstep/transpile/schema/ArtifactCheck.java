package dev.lockstep.transpile.schema;

import dev.lockstep.db.Tx;
import dev.lockstep.transpile.Freshness;
import dev.lockstep.transpile.KeyedArtifacts;
import dev.lockstep.transpile.SourceFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares the artifacts of a realm, those that a look would find, with the files that they were made from. */
public final class ArtifactCheck {
    private static final String ARTIFACTS = """
            select a.canonical_path, a.fingerprint, a.created_at,
                   (select min(value)
                      from jsonb_each_text(case jsonb_typeof(a.headers) when 'object' then a.headers else '{}' end)
                     where lower(key) = 'etag') as etag
              from (select c.realm_url, c.canonical_path, cast(null as text) as fingerprint, c.created_at, c.generation,
                           c.headers
                      from module_transpile_cache c
                     where c.realm_url = ?
                       and c.body is not null
                     union all
                    select k.realm_url, k.canonical_path, k.fingerprint, k.created_at, k.generation, k.build -> 'headers'
                      from lockstep_keyed_artifact k
                      join module_transpile_cache m
                        on m.realm_url = k.realm_url
                       and m.canonical_path = k.canonical_path
                     where k.realm_url = ?
                       and coalesce(%s, false)) a
              left join lockstep_realm_floor f on f.realm_url = a.realm_url
             where a.generation >= coalesce(f.floor, 0)
             order by 1, 2 nulls first
            """.formatted(KeyedArtifacts.VALID);

    /**
     * One artifact.
     *
     * @param path canonical
     * @param fingerprint empty for one that replicas share
     */
    public record Finding(String path, Optional<String> fingerprint, Freshness freshness, boolean hasFile) {}

    private ArtifactCheck() {}

    /** Every artifact. */
    public static List<Finding> of(Tx tx, String realm, SourceFiles files) {
        List<Finding> findings = new ArrayList<>();
        tx.each(
                ARTIFACTS,
                row -> {
                    SourceFiles.Found file = files.find(row.text("canonical_path"));
                    Optional<Long> stored =
                            row.isNull("created_at") ? Optional.empty() : Optional.of(row.integer("created_at"));
                    findings.add(new Finding(
                            row.text("canonical_path"),
                            Optional.ofNullable(row.text("fingerprint")),
                            Freshness.of(file, Optional.ofNullable(row.text("etag")), stored),
                            !file.isMissing()));
                },
                realm,
                realm);
        return findings;
    }
}
