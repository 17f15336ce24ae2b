package dev.lockstep.fts.deferral;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.ProgressListener;
import dev.lockstep.support.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * SQL statements for bulk work, run between a deferral and its restoration, all three in one transaction: whatever breaks,
 * nothing of it ever was, and there is nothing to recover. Other writers wait meanwhile.
 */
public final class BulkScript {
    /** Cannot be part of a transaction, or would end it. */
    private static final Set<String> TRANSACTIONS =
            Set.of("BEGIN", "COMMIT", "END", "ROLLBACK", "VACUUM", "ATTACH", "DETACH");

    /**
     * One statement.
     *
     * @param line the line that it begins in, from 1
     */
    private record Statement(String sql, int line) {}

    private final List<Statement> statements;
    private ProgressListener progress = ProgressListener.NOBODY;

    private BulkScript(List<Statement> statements) {
        this.statements = statements;
    }

    /** What a script did. */
    public record Outcome(Deferral.Outcome deferral, Restoration.Outcome restoration) {}

    /**
     * Cuts a script into statements, as SQLite's own shell does.
     *
     * @throws LockstepException usage: a statement is not complete, or would begin or end a transaction
     */
    public static BulkScript parse(String script) {
        List<Statement> statements = new ArrayList<>();
        List<SqlToken> tokens = SqlToken.of(script);
        int from = 0;
        for (int i = 0; i < tokens.size(); i++) {
            if (!tokens.get(i).is(';') || !endsAt(tokens, from, i)) {
                continue;
            }
            if (i > from) {
                statements.add(statement(script, tokens.subList(from, i)));
            }
            from = i + 1;
        }
        if (from < tokens.size()) {
            statements.add(statement(script, tokens.subList(from, tokens.size())));
        }
        return new BulkScript(statements);
    }

    /** The body of a trigger has semicolons of its own, and ends with END behind one of them. */
    private static boolean endsAt(List<SqlToken> tokens, int from, int semicolon) {
        int at = from;
        if (at < semicolon && tokens.get(at).is("CREATE")) {
            at++;
            at += tokens.get(at).is("TEMP") || tokens.get(at).is("TEMPORARY") ? 1 : 0;
            if (tokens.get(at).is("TRIGGER")) {
                return tokens.get(semicolon - 1).is("END")
                        && tokens.get(semicolon - 2).is(';');
            }
        }
        return true;
    }

    private static Statement statement(String script, List<SqlToken> tokens) {
        SqlToken first = tokens.get(0);
        int line = 1
                + (int) script.substring(0, first.start())
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        boolean nested =
                tokens.size() > 1 && first.is("ROLLBACK") && tokens.stream().anyMatch(token -> token.is("TO"));
        for (String word : TRANSACTIONS) {
            if (first.is(word) && !nested) {
                throw LockstepException.usage(
                        "line " + line + ": " + word + " cannot be a part of the one transaction that a script is",
                        "leave it out; SAVEPOINT works");
            }
        }
        SqlToken last = tokens.get(tokens.size() - 1);
        if (last.kind() == SqlToken.Kind.BROKEN) {
            throw LockstepException.usage("line " + line + ": a quote is never closed", null);
        }
        return new Statement(script.substring(first.start(), last.end()), line);
    }

    /** The same script, which tells how many of its statements have run. */
    public BulkScript telling(ProgressListener listener) {
        BulkScript script = new BulkScript(statements);
        script.progress = listener;
        return script;
    }

    public int size() {
        return statements.size();
    }

    /**
     * Runs it.
     *
     * @param names the FTS5 tables, or their base tables, that are deferred meanwhile; none for all
     * @throws LockstepException what the deferral, a statement or the restoration says; nothing has changed
     */
    public Outcome run(Db db, Deferral deferral, Restoration restoration, List<String> names) {
        Outcome done = db.transact(tx -> {
            Deferral.Outcome deferred = deferral.run(tx, names);
            for (int i = 0; i < statements.size(); i++) {
                progress.at("script", Work.STATEMENTS_RUN, i, statements.size());
                run(tx, statements.get(i));
            }
            Restoration.Outcome restored = restoration.run(tx, names);
            restored.notices().stream()
                    .filter(notice -> notice.code().equals(ChangeWatch.CODE))
                    .findFirst()
                    .ifPresent(BulkScript::refuse);
            return new Outcome(deferred, restored);
        });
        return new Outcome(done.deferral, done.restoration.settled(db));
    }

    private static void refuse(Notice changed) {
        throw new LockstepException(
                        LockstepException.Kind.REFUSED,
                        changed.code(),
                        changed.message() + "; nothing changed",
                        null,
                        null)
                .advising(FtsRemedy.LEAVE_TO_ITS_TRIGGERS.of());
    }

    private static void run(Tx tx, Statement statement) {
        try {
            tx.execute(statement.sql);
        } catch (DbException e) {
            throw new LockstepException(
                    e.kind(),
                    e.code(),
                    "line " + statement.line + ": " + e.getMessage() + ": " + TriggerStatement.brief(statement.sql),
                    "nothing changed",
                    e);
        }
    }
}
