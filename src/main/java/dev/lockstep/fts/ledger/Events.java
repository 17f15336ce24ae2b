package dev.lockstep.fts.ledger;

import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.schema.FtsCatalog;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which changes of its base no trigger tells an index of. */
public final class Events {
    private Events() {}

    /**
     * The events without a trigger, as {@code delete on units}. Looked at are the tables whose rows are the index's: the
     * content table, and those with an insert trigger; where one has lost that, the only one there is. A table that only
     * lends a value has no rows in the index to add or to take away.
     */
    public static List<String> unkept(FtsCatalog catalog, FtsIndex index) {
        List<String> unkept = new ArrayList<>();
        boolean onView = !catalog.writersOnViews(index.name()).isEmpty();
        if (index.live().isEmpty() || onView) {
            return unkept;
        }
        for (String base : index.bases()) {
            boolean isTable = catalog.relation(base)
                    .filter(FtsCatalog.Relation.TABLE::equals)
                    .isPresent();
            Set<TriggerStatement.Event> kept = kept(index, base);
            if (!isTable || !(kept.contains(TriggerStatement.Event.INSERT) || isMain(index, base))) {
                continue;
            }
            for (TriggerStatement.Event event : TriggerStatement.Event.values()) {
                if (!kept.contains(event)) {
                    unkept.add(event.name().toLowerCase(Locale.ROOT) + " on " + base);
                }
            }
        }
        return unkept;
    }

    private static Set<TriggerStatement.Event> kept(FtsIndex index, String base) {
        Set<TriggerStatement.Event> kept = EnumSet.noneOf(TriggerStatement.Event.class);
        for (TriggerStatement trigger : index.live()) {
            if (trigger.isOn(base)) {
                kept.add(trigger.event());
            }
        }
        return kept;
    }

    private static boolean isMain(FtsIndex index, String base) {
        Optional<String> content = index.table().flatMap(FtsTable::content);
        boolean isContent = content.filter(name -> SqlToken.fold(name).equals(SqlToken.fold(base)))
                .isPresent();
        boolean noneInserts =
                index.live().stream().noneMatch(trigger -> trigger.event() == TriggerStatement.Event.INSERT);
        return isContent || index.bases().size() == 1 || (content.isEmpty() && noneInserts);
    }
}
