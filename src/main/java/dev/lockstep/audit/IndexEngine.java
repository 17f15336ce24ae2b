package dev.lockstep.audit;

import dev.lockstep.db.Db;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.profile.AuditProfile.Index;
import dev.lockstep.profile.AuditProfile.Query;
import dev.lockstep.profile.AuditProfile.Uniqueness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What each engine has its own way of: finding, making and judging the indexes of one table. */
interface IndexEngine {
    /** Which index a planner may choose from. */
    enum Choice {
        /** As the application would run it, with the table as it is now. */
        FREE,
        /** Whatever it costs: on a small table a scan is cheaper than the best index. */
        FORCED
    }

    static IndexEngine of(Db db, String table) {
        return switch (db.engine()) {
            case SQLITE -> new SqliteIndexes(db, table);
            case POSTGRESQL -> new PostgresIndexes(db, table);
            case MARIADB -> new MariaDbIndexes(db, table);
        };
    }

    /** The names of the table's columns in their order; empty if there is no such table. */
    List<String> columns();

    /** How many characters each column of limited text takes. */
    Map<String, Integer> widths();

    /** The names of the table's indexes. */
    List<String> names();

    Optional<Found> find(Index index);

    /** Makes the index; waits for no lock longer than the connection says. */
    void create(Index index);

    /** Removes whatever index has the name. */
    void drop(Index index);

    /** Makes an index of the right definition usable that the database does not use. */
    void rebuild(Index index);

    /**
     * How the query would run.
     *
     * @param values one for each column that the query compares
     */
    Plan plan(Query query, Index index, Choice choice, Object... values);

    /** How the query would run if there were the index; empty if only making it would tell. */
    default Optional<Plan> imagine(Query query, Index index, Object... values) {
        return Optional.empty();
    }

    /** Takes the lock under which one process at a time changes the indexes of this table, if nobody has it. */
    boolean tryLock();

    void unlock();

    /** Who is in the way, for the message of whoever gives up; empty if the database does not tell. */
    Optional<String> holder();

    /** The one column of each row, as text. */
    static List<String> texts(Db db, String sql, Object... values) {
        List<String> texts = new ArrayList<>();
        for (Row row : db.<List<Row>>autocommit(tx -> tx.rows(sql, values))) {
            texts.add(row.text(0));
        }
        return texts;
    }

    /** How somebody would make the index by hand. */
    static String definition(String table, Index index) {
        String unique = index.uniqueness() == Uniqueness.UNIQUE ? "unique " : "";
        return "create " + unique + "index " + new Identifier(index.name()) + " on " + new Identifier(table) + " ("
                + HotQuery.list(index.columns()) + ")";
    }
}
