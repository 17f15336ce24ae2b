package dev.lockstep.audit.index;

import dev.lockstep.audit.TableName;
import dev.lockstep.audit.query.QueryShape;
import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.profile.AuditProfile.Index;
import dev.lockstep.profile.AuditProfile.Uniqueness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What each engine has its own way of: finding, making and judging the indexes of one table. */
public interface IndexEngine {
    /** Which index a planner may choose from. */
    enum Choice {
        /** As the application would run it, with the table as it is now. */
        FREE,
        /** Whatever it costs: on a small table a scan is cheaper than the best index. */
        FORCED
    }

    /** The index of one partition of a table. */
    record Partition(String table, String index, AuditIndexes.State state) {}

    /** Of a table as the connection finds it. */
    static IndexEngine of(Db db, String table) {
        return of(db, TableName.of(table));
    }

    static IndexEngine of(Db db, TableName table) {
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

    /** The indexes of the table, its keys included. */
    List<TableIndex> indexes();

    /** Whether there is something that has the name, so that no index of this table can get it. */
    boolean isTaken(String name);

    Optional<ExistingIndex> find(Index index);

    /** Makes the index; waits for no lock longer than the connection says. */
    void create(Index index);

    /** Removes whatever index has the name. */
    void drop(Index index);

    /** Makes an index of the right definition usable that the database does not use. */
    void rebuild(Index index);

    /**
     * How the query would run.
     *
     * @param values as {@link HotQuery#sample} gives them, or null: it is planned for values that nobody knows
     */
    QueryPlan plan(QueryShape query, Index index, Choice choice, Object... values);

    /** How the query would run if there were the index; empty if only making it would tell. */
    default Optional<QueryPlan> imagine(QueryShape query, Index index, Object... values) {
        return Optional.empty();
    }

    /** The state of the index in each partition; empty if the table has none. */
    default List<Partition> partitions(Index index) {
        return List.of();
    }

    /** Indexes that a rebuild left behind when it failed: of no use, and kept up to date by every write. */
    default List<String> leftovers() {
        return List.of();
    }

    /** The index as a statement in the engine's own words, quoted for its own client. */
    String definition(Index index);

    /** How somebody would make it by hand without harm: not again, and without stopping writers, where there is a way. */
    String advice(Index index);

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

    /** {@code create index "i" on "t" ("a", "b")}, quoted for the engine's own client. */
    static String definition(String create, TableName table, Index index, Engine engine) {
        List<String> columns = new ArrayList<>();
        index.columns().forEach(column -> columns.add(new Identifier(column).in(engine)));
        return definition(create, table, index, columns, engine);
    }

    /** The same with keys that are quoted already, with what else belongs to them. */
    static String definition(String create, TableName table, Index index, List<String> keys, Engine engine) {
        String unique = index.uniqueness() == Uniqueness.UNIQUE ? "unique " : "";
        TableName name = TableName.of(index.name());
        TableName on = table;
        if (engine == Engine.SQLITE) {
            // There the index has the schema's name before its own, and the table must not.
            name = new TableName(table.schema(), index.name());
            on = TableName.of(table.table());
        }
        return create.formatted(unique) + " " + name.in(engine) + " on " + on.in(engine) + " ("
                + String.join(", ", keys) + ")";
    }
}
