package dev.lockstep.db.sqlite;

import dev.lockstep.db.Tx;
import java.util.List;

/** What SQLite says of a database file as a whole. */
public final class SqliteHealth {
    private static final String QUICK_CHECK = "pragma quick_check(3)";

    private static final String JOURNAL = "pragma journal_mode";

    private static final String BYTES =
            "select page_count * page_size as bytes from pragma_page_count, pragma_page_size";

    private SqliteHealth() {}

    /** The first three things that {@code quick_check} finds wrong; empty if it finds none. Reads the whole file. */
    public static List<String> damage(Tx tx) {
        List<String> said = tx.rows(QUICK_CHECK).stream()
                .map(row -> row.text("quick_check"))
                .toList();
        return said.equals(List.of("ok")) ? List.of() : said;
    }

    /** {@code wal}, {@code delete}, or another of SQLite's words. */
    public static String journalMode(Tx tx) {
        return tx.only(JOURNAL).text("journal_mode");
    }

    /** How large it is, pages that hold nothing included. */
    public static long bytes(Tx tx) {
        return tx.only(BYTES).integer("bytes");
    }
}
