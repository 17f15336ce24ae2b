package dev.lockstep.fts.deferral;

import dev.lockstep.db.Db;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a profile would say about a database's search indexes: its section {@code fts}, as a JSON tree.
 *
 * @param section empty if there is no index that triggers keep
 * @param fits the built-in profile whose indexes are all there, if there is one
 */
public record FtsProfileDraft(Optional<Map<String, Object>> section, Optional<String> fits) {
    /**
     * Looks at the triggers that there are.
     *
     * @throws LockstepException refused: some are deferred now, so that the profile would leave them out
     */
    public static FtsProfileDraft of(Db db) {
        return db.read(tx -> {
            List<Object> tables = new ArrayList<>();
            for (FtsIndex index : DeferralState.read(tx, Optional.empty()).select(List.of())) {
                if (index.isDeferred()) {
                    throw LockstepException.refused("the triggers of " + index.name() + " are put away now", null)
                            .advising(FtsRemedy.RESTORE_THE_INDEX.of(index.name()));
                }
                if (!index.live().isEmpty()) {
                    tables.add(table(index));
                }
            }
            return new FtsProfileDraft(
                    tables.isEmpty() ? Optional.empty() : Optional.of(section(tables)), builtIn(names(tables)));
        });
    }

    private static Map<String, Object> section(List<Object> tables) {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("tables", tables);
        return section;
    }

    private static Map<String, Object> table(FtsIndex index) {
        List<Object> triggers = new ArrayList<>();
        for (TriggerStatement trigger : index.live()) {
            Map<String, Object> known = new LinkedHashMap<>();
            known.put("name", trigger.name());
            known.put("sql", List.of(trigger.sql().split("\n", -1)));
            triggers.add(known);
        }
        Map<String, Object> table = new LinkedHashMap<>();
        table.put("fts", index.name());
        table.put("base", index.live().get(0).table());
        table.put("triggers", triggers);
        return table;
    }

    private static List<String> names(List<Object> tables) {
        return tables.stream()
                .map(table -> SqlToken.fold((String) ((Map<?, ?>) table).get("fts")))
                .toList();
    }

    private static Optional<String> builtIn(List<String> names) {
        return Profile.builtIn().stream()
                .filter(name -> Profile.load(name)
                        .fts()
                        .filter(fts -> !fts.tables().isEmpty()
                                && fts.tables().stream().allMatch(table -> names.contains(SqlToken.fold(table.fts()))))
                        .isPresent())
                .findFirst();
    }
}
