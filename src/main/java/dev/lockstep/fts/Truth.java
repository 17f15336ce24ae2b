package dev.lockstep.fts;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an FTS5 table that depends on triggers alone ought to hold: for each base row, what its insert triggers would have
 * written. A column that they leave out is NULL in it, although the base table may well have a value.
 */
final class Truth {
    private static final String COLUMNS = """
            select name, pk
              from pragma_table_xinfo(?, 'main')
            """;

    private static final String HAS_ROWID = """
            select 1
              from pragma_table_list(?)
             where schema = 'main'
               and type = 'table'
               and wr = 0
            """;

    /** The columns that are by themselves a unique key without NULLs or exceptions. */
    private static final String UNIQUE_COLUMNS = """
            select (select name from pragma_index_info(il.name)) as name
              from pragma_index_list(?, 'main') as il
             where il."unique"
               and not il.partial
               and (select count(*) from pragma_index_info(il.name)) = 1
            """;

    private final FtsTable table;
    private final List<Feed> feeds;

    private Truth(FtsTable table, List<Feed> feeds) {
        this.table = table;
        this.feeds = feeds;
    }

    /**
     * Reads it out of the triggers that write the table; those on other events than INSERT say nothing about it.
     *
     * @throws dev.lockstep.db.Trouble usage: it cannot be told
     */
    static Truth of(Tx tx, FtsTable table, List<TriggerSql> writers) {
        FeedReader reader = new FeedReader(table);
        List<Feed> feeds = new ArrayList<>();
        Map<String, Base> bases = new HashMap<>();
        for (TriggerSql trigger : writers) {
            if (trigger.event() == TriggerSql.Event.INSERT) {
                Base base = bases.computeIfAbsent(Token.fold(trigger.table()), name -> Base.read(tx, trigger.table()));
                feeds.addAll(reader.read(trigger, base::has, base::isUnique));
            }
        }
        if (feeds.isEmpty()) {
            throw reader.underivable("there is none that inserts into it");
        }
        Truth truth = new Truth(table, numbered(table, feeds, bases));
        Probe.objection(tx, truth.query()).ifPresent(objection -> {
            throw reader.underivable(objection);
        });
        return truth;
    }

    /** A row whose number nobody chose gets its base row's: then the two can be compared without sorting either. */
    private static List<Feed> numbered(FtsTable table, List<Feed> feeds, Map<String, Base> bases) {
        Feed only = feeds.get(0);
        Optional<String> rowid = bases.get(Token.fold(only.base())).rowid();
        if (feeds.size() > 1
                || only.rowid().isPresent()
                || rowid.isEmpty()
                || table.kind() != FtsTable.Kind.OWN_CONTENT) {
            return feeds;
        }
        List<String> columns = new ArrayList<>(only.columns());
        List<String> expressions = new ArrayList<>(only.expressions());
        columns.add("rowid");
        expressions.add("(new." + rowid.get() + ")");
        return List.of(new Feed(only.base(), columns, expressions, only.condition()));
    }

    /** Whether each row's number is known, and no two come from different triggers. */
    boolean isNumbered() {
        return feeds.size() == 1 && feeds.get(0).rowid().isPresent();
    }

    /** Whether each row's number is known. */
    boolean hasRowids() {
        return feeds.stream().allMatch(feed -> feed.rowid().isPresent());
    }

    /** Writes all of it into the table, which must be empty. @return the number of rows */
    long fill(Tx tx) {
        long rows = 0;
        for (Feed feed : feeds) {
            List<String> columns = new ArrayList<>();
            for (String column : feed.columns()) {
                columns.add(new Identifier(column).toString());
            }
            rows += tx.update("insert into main." + table.identifier() + " (" + String.join(", ", columns) + ") select "
                    + String.join(", ", feed.expressions()) + " " + feed.source());
        }
        return rows;
    }

    long count(Tx tx) {
        return tx.only("select count(*) from (" + query() + ")").integer(0);
    }

    /** The rows as a query with the columns {@code r} (the row's number, if known) and {@code c0}, {@code c1} and so on. */
    String query() {
        List<String> selects = new ArrayList<>();
        for (Feed feed : feeds) {
            List<String> columns = new ArrayList<>();
            columns.add(feed.rowid().orElse("null") + " as r");
            int i = 0;
            for (String column : table.columns()) {
                // Without the base column's affinity and collation, so that only equal values are equal.
                columns.add("+" + feed.expression(column) + " collate binary as c" + i++);
            }
            selects.add("select " + String.join(", ", columns) + " " + feed.source());
        }
        return String.join(" union all ", selects);
    }

    /** What matters here about a base table. */
    private record Base(Set<String> columns, Set<String> unique, Optional<String> rowid) {
        static Base read(Tx tx, String table) {
            Set<String> columns = new HashSet<>();
            List<String> key = new ArrayList<>();
            for (Row row : tx.rows(COLUMNS, table)) {
                columns.add(Token.fold(row.text("name")));
                if (row.integer("pk") > 0) {
                    key.add(Token.fold(row.text("name")));
                }
            }
            Set<String> unique = new HashSet<>(key.size() == 1 ? key : List.of());
            for (Row row : tx.rows(UNIQUE_COLUMNS, table)) {
                if (!row.isNull("name")) {
                    unique.add(Token.fold(row.text("name")));
                }
            }
            Optional<String> rowid = Optional.empty();
            if (!tx.rows(HAS_ROWID, table).isEmpty()) {
                rowid = List.of("rowid", "_rowid_", "oid").stream()
                        .filter(name -> !columns.contains(name))
                        .findFirst();
            }
            return new Base(columns, unique, rowid);
        }

        boolean has(String name) {
            return columns.contains(Token.fold(name)) || (rowid.isPresent() && Feed.isRowid(name));
        }

        boolean isUnique(String name) {
            return unique.contains(Token.fold(name))
                    || (rowid.isPresent() && Token.fold(name).equals(rowid.get()));
        }
    }
}
