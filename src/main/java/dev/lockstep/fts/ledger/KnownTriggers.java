package dev.lockstep.fts.ledger;

import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.schema.ColumnFit;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.NormalTrigger;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.schema.WriteStatement;
import dev.lockstep.profile.Profile;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The triggers by which an application keeps an index, as a profile knows them. */
final class KnownTriggers {
    private final FtsTable table;
    private final List<Profile.Trigger> known;

    KnownTriggers(FtsTable table, List<Profile.Trigger> known) {
        this.table = table;
        this.known = known;
    }

    /**
     * Whether these are such triggers and no others: each says what the known one of its name says, in whatever spelling. An
     * older version of the application may leave out columns, the same ones in all of them, and none by which rows are found.
     */
    boolean areAll(List<TriggerStatement> live) {
        Set<String> columns = new LinkedHashSet<>(keys());
        live.stream()
                .filter(trigger -> trigger.event() == TriggerStatement.Event.INSERT)
                .flatMap(trigger -> trigger.writes().stream())
                .forEach(write -> write.columns().forEach(column -> columns.add(SqlToken.fold(column))));
        return !live.isEmpty() && live.stream().allMatch(trigger -> isKnown(trigger, columns));
    }

    private boolean isKnown(TriggerStatement live, Set<String> columns) {
        NormalTrigger normal = NormalTrigger.of(live);
        for (Profile.Trigger trigger : known) {
            if (says(trigger.sql(), normal, columns)
                    || trigger.variant()
                            .filter(variant -> says(variant, normal, columns))
                            .isPresent()) {
                return true;
            }
        }
        return false;
    }

    private boolean says(String sql, NormalTrigger normal, Set<String> columns) {
        String fitting = ColumnFit.of(table, sql, column -> columns.contains(SqlToken.fold(column)));
        return NormalTrigger.of(TriggerStatement.parse(fitting)).equals(normal);
    }

    /** The names in the conditions of deletions, columns among them. */
    private Set<String> keys() {
        Set<String> keys = new LinkedHashSet<>();
        for (Profile.Trigger trigger : known) {
            for (WriteStatement write : TriggerStatement.parse(trigger.sql()).writes()) {
                write.condition().stream()
                        .filter(SqlToken::canName)
                        .forEach(token -> keys.add(SqlToken.fold(token.name())));
            }
        }
        return keys;
    }
}
