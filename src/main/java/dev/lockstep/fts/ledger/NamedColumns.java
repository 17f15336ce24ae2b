package dev.lockstep.fts.ledger;

import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.schema.TriggerStatement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The columns that an index and the triggers that keep it ask for by name. One of another name may come, go or be called
 * otherwise, and they mean what they meant.
 */
public final class NamedColumns {
    private final Set<String> names = new HashSet<>();
    private boolean every;

    /** Of an index as it is, and of its triggers, wherever those are now. */
    public NamedColumns(FtsIndex index) {
        index.table().ifPresent(table -> table.columns().forEach(column -> names.add(SqlToken.fold(column))));
        index.table().flatMap(table -> table.option("content_rowid")).ifPresent(name -> names.add(SqlToken.fold(name)));
        for (TriggerStatement trigger : index.sources()) {
            read(SqlToken.of(trigger.sql()));
        }
        for (TriggerStatement trigger : index.writers()) {
            read(SqlToken.of(trigger.sql()));
        }
    }

    /** Any word may be one; what writes or reads {@code *}, or gives values without saying for what, asks for every one. */
    private void read(List<SqlToken> tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.canName()) {
                names.add(SqlToken.fold(token.name()));
            }
            boolean counts = i > 0
                    && tokens.get(i - 1).is('(')
                    && i + 1 < tokens.size()
                    && tokens.get(i + 1).is(')');
            boolean list = i > 0
                    && (tokens.get(i - 1).is("SELECT")
                            || tokens.get(i - 1).is("DISTINCT")
                            || tokens.get(i - 1).is("ALL")
                            || tokens.get(i - 1).is('.')
                            || tokens.get(i - 1).is(','));
            every |= token.is('*') && list && !counts;
            every |= token.is("NATURAL");
        }
    }

    public boolean contain(String column) {
        return every || names.contains(SqlToken.fold(column));
    }
}
