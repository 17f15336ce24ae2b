package dev.lockstep.fts.schema;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.Remedy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What SQLite says when it has not got what a schema needs: a tokenizer, module, function or collation that only the
 * application registers. That is no fault of the schema, and it has no result code of its own: only the text tells it
 * from a column that is gone.
 */
public final class Unopened {
    private static final List<String> NOT_REGISTERED = List.of(
            "no such tokenizer:",
            "unknown tokenizer:",
            "error in tokenizer constructor",
            "no such module:",
            "no such function:",
            "unknown function:",
            "wrong number of arguments to function",
            "no such collation sequence:");

    private static final String STORED_TABLES =
            "select name from main.sqlite_master where type = 'table' and rootpage > 0";

    private static final int MAX_LINES = 3;

    private Unopened() {}

    /** Whether the table is at fault, and not the connection or somebody who holds a lock. */
    public static boolean isOfTable(DbException e) {
        return e.reason() == DbException.Reason.OTHER
                || e.reason() == DbException.Reason.CORRUPT
                || e.reason() == DbException.Reason.NO_SUCH_OBJECT;
    }

    /** What is wrong with a table's tokenizer, which FTS5 looks for only when the first word is to be cut. */
    static Optional<String> tokenizer(Tx tx, FtsTable table) {
        if (table.option("tokenize").isEmpty()) {
            return Optional.empty();
        }
        try {
            tx.rows("select rowid from main." + table.identifier() + " where " + table.identifier()
                    + " match 'x' limit 1");
            return Optional.empty();
        } catch (DbException e) {
            if (!isOfTable(e)) {
                throw e;
            }
            // Damage is for whoever reads the index; a rebuild needs no more than a tokenizer.
            return Optional.of(reason(e)).filter(Unopened::isForeign);
        }
    }

    /** SQLite's own words. */
    public static String reason(DbException e) {
        return bare(e.getMessage());
    }

    /** Whether the words mean that this SQLite lacks something which another has. */
    public static boolean isForeign(String words) {
        return NOT_REGISTERED.stream().anyMatch(words::contains);
    }

    /** The driver puts the result code and its name around what SQLite says. */
    private static String bare(String message) {
        int from = message.indexOf(" (");
        boolean wrapped = message.startsWith("[SQLITE") && from > 0 && message.endsWith(")");
        return wrapped ? message.substring(from + 2, message.length() - 1) : message;
    }

    /** A refusal to do what only a SQLite can that has more. */
    public static LockstepException lacking(String what) {
        return new LockstepException(LockstepException.Kind.REFUSED, "not-available", what, null, null)
                .advising(FtsRemedy.USE_ITS_SQLITE.of());
    }

    /** What somebody is told who wants something done with an index that cannot be opened. */
    public static LockstepException refusal(FtsTable table) {
        String why = table.objection().orElseThrow();
        return new LockstepException(
                        LockstepException.Kind.REFUSED,
                        isForeign(why) ? "not-available" : "index-damaged",
                        table.name() + " cannot be opened: " + why,
                        null,
                        null)
                .advising(remedy(table));
    }

    /** What helps an index that can be opened and is not sound. */
    public static Notice mend(FtsTable table) {
        return new Notice("index-damaged", "", FtsRemedy.REBUILD_THE_INDEX.of(table.name()));
    }

    /** What is wrong with the file itself, table by table: a virtual table speaks of itself only; empty if nothing. */
    public static List<String> damageOfFile(Tx tx) {
        List<String> lines = new ArrayList<>();
        for (Row table : tx.rows(STORED_TABLES)) {
            String name = table.text("name");
            try {
                for (Row row : tx.rows("pragma main.quick_check(" + new Identifier(name) + ")")) {
                    if (!row.text(0).equals("ok") && lines.size() < MAX_LINES) {
                        lines.add(row.text(0).replace('\n', ' '));
                    }
                }
            } catch (DbException e) {
                lines.add(name + ": " + reason(e));
            }
        }
        return lines;
    }

    /** Who can do something about it. */
    private static Remedy remedy(FtsTable table) {
        return isForeign(table.objection().orElseThrow())
                ? FtsRemedy.USE_ITS_SQLITE.of()
                : FtsRemedy.RECREATE_THE_INDEX.of(table.name());
    }
}
