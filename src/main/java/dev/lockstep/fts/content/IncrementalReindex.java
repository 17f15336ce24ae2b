package dev.lockstep.fts.content;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.schema.ContentTable;
import dev.lockstep.fts.schema.FtsCatalog;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.SourceQuery;
import dev.lockstep.fts.schema.SourceQueryReader;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.journal.Journal;
import dev.lockstep.journal.Journal.Span;
import dev.lockstep.journal.TableKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings an index into step with the rows that a journal names, and with those only: what is in the index for their keys
 * goes, and what the base has for them now comes in. It costs what changed.
 *
 * <p>It heals no difference that was there before the journal was: {@link IndexRebuild} does.
 */
public final class IncrementalReindex {
    /** How the rows of the index are found that belong to a key of the base. */
    private enum Way {
        /** They have the base row's number. */
        NUMBER,
        /** They have the key in columns of their own. */
        COLUMNS,
        /** They have its number, and FTS5 has to be told their old text to forget them. */
        OLD_TEXT
    }

    /** Looking all keys up in one pass over the index costs this much less a row than asking the index for each. */
    private static final long SCAN_IS_CHEAPER_BY = 20;

    /** From this share of changed rows on, 1 in so many, making the whole index anew is cheaper. */
    private static final long REBUILD_IS_CHEAPER_FROM = 2;

    private final FtsTable table;
    private final TableKey key;
    private final SourceQuery query;
    private final Way way;
    private final List<String> image;

    private IncrementalReindex(FtsTable table, TableKey key, SourceQuery query, Way way, List<String> image) {
        this.table = table;
        this.key = key;
        this.query = query;
        this.way = way;
        this.image = image;
    }

    /** A way, or why there is none. */
    public record Choice(Optional<IncrementalReindex> reindex, String objection) {
        private static Choice none(String objection) {
            return new Choice(Optional.empty(), objection);
        }

        private static Choice of(IncrementalReindex reindex) {
            return new Choice(Optional.of(reindex), "");
        }
    }

    /** Looks for a way to bring single rows into step. */
    public static Choice choose(Tx tx, FtsTable table, List<TriggerStatement> writers) {
        List<String> bases = FtsCatalog.bases(table.content(), writers);
        if (bases.size() != 1) {
            return Choice.none("it is about " + bases.size() + " tables: " + String.join(", ", bases));
        }
        ContentTable base = ContentTable.read(tx, bases.get(0));
        Optional<TableKey> key = TableKey.of(tx, base.name());
        if (key.isEmpty()) {
            return Choice.none(base.name() + " has no primary key");
        }
        if (table.kind() == FtsTable.Kind.EXTERNAL_CONTENT && table.module() != FtsModule.FTS5) {
            return Choice.none(table.module() + " cannot be told the old text of a row, which it does not keep");
        }
        return switch (table.kind()) {
            case EXTERNAL_CONTENT ->
                ExpectedContentReader.declared(tx, table, writers, List.of(), FtsTable.Columns.WRITTEN)
                                .isContent()
                        ? external(table, base, key.get())
                        : Choice.none("its triggers do not simply write what " + base.name() + " has");
            case OWN_CONTENT, CONTENTLESS, CONTENTLESS_DELETE -> written(table, base, key.get(), writers);
        };
    }

    private static Choice external(FtsTable table, ContentTable base, TableKey key) {
        String number = table.option("content_rowid").orElse("rowid");
        if (!isNumber(number, base, key)) {
            return Choice.none(number + " of " + base.name() + " is no key that lasts");
        }
        List<String> image = new ArrayList<>();
        List<String> expressions = new ArrayList<>();
        for (String column : table.columns()) {
            image.add("old." + new Identifier(column));
            expressions.add("(new." + new Identifier(column) + ")");
        }
        SourceQuery query = new SourceQuery(base.name(), table.columns(), expressions, Optional.empty())
                .withRowid(Optional.of("(new." + new Identifier(key.columns().get(0)) + ")"));
        return Choice.of(new IncrementalReindex(table, key, query, Way.OLD_TEXT, image));
    }

    private static Choice written(FtsTable table, ContentTable base, TableKey key, List<TriggerStatement> writers) {
        SourceQueryReader reader = new SourceQueryReader(table);
        List<SourceQuery> queries = new ArrayList<>();
        for (TriggerStatement trigger : writers) {
            if (trigger.event() == TriggerStatement.Event.INSERT) {
                queries.addAll(reader.read(trigger, base::has, base::isUnique));
            }
        }
        if (queries.size() != 1) {
            return Choice.none("a row of " + base.name() + " can be in it " + queries.size() + " times");
        }
        SourceQuery query = queries.get(0);
        boolean numbered = query.rowid()
                .flatMap(SourceQuery::column)
                .filter(number -> isNumber(number, base, key))
                .isPresent();
        return switch (table.kind()) {
            case OWN_CONTENT, EXTERNAL_CONTENT -> {
                boolean found = numbered
                        || keyColumns(table, query, key).size() == key.columns().size();
                yield found
                        ? Choice.of(new IncrementalReindex(
                                table, key, query, numbered ? Way.NUMBER : Way.COLUMNS, List.of()))
                        : Choice.none("it has neither the key nor the number of a row of " + base.name());
            }
            case CONTENTLESS_DELETE ->
                numbered
                        ? Choice.of(new IncrementalReindex(table, key, query, Way.NUMBER, List.of()))
                        : Choice.none("it has not the number of a row of " + base.name());
            case CONTENTLESS ->
                numbered && !query.asksOthers()
                        ? Choice.of(new IncrementalReindex(table, key, query, Way.OLD_TEXT, past(table, query)))
                        : Choice.none("what it was told of a row of " + base.name() + " cannot be told again");
        };
    }

    /** Whether a name means the number of the base's rows, one that lasts: VACUUM gives others to rows without such a key. */
    public static boolean isNumber(String name, ContentTable base, TableKey key) {
        boolean alias = SourceQuery.isRowid(name) && !base.columns().contains(SqlToken.fold(name));
        return key.kind() == TableKey.Kind.ROWID
                && (alias || SqlToken.fold(key.columns().get(0)).equals(SqlToken.fold(name)));
    }

    /** The index's columns that hold the key as it is, in the key's order; fewer than the key has if one is not there. */
    private static List<String> keyColumns(FtsTable table, SourceQuery query, TableKey key) {
        List<String> columns = new ArrayList<>();
        for (String wanted : key.columns()) {
            for (String column : table.columns()) {
                boolean holds = SourceQuery.column(query.expression(column))
                        .filter(name -> SqlToken.fold(name).equals(SqlToken.fold(wanted)))
                        .isPresent();
                if (holds) {
                    columns.add(column);
                    break;
                }
            }
        }
        return columns;
    }

    /** What the index was told of a row that is the old one now; last, whether it was told of it at all. */
    private static List<String> past(FtsTable table, SourceQuery query) {
        List<String> image = new ArrayList<>();
        for (String column : table.columns()) {
            image.add(SourceQuery.past(query.expression(column)));
        }
        image.add(query.condition().map(SourceQuery::past).orElse("1"));
        return image;
    }

    /** What the journal has to note. */
    public Journal.Subject subject() {
        return new Journal.Subject(query.base(), key.columns(), image);
    }

    /**
     * Brings the index into step inside the caller's transaction.
     *
     * @return how many keys were looked at; empty if making the index anew is cheaper, or if that alone will do, and then the
     *     index may be half done
     */
    public Optional<IndexRebuild> run(Tx tx, Journal journal, List<TriggerStatement> writers) {
        Span span = journal.pending(tx);
        long keys = journal.count(tx, span);
        long rows = ContentComparison.count(tx, new Identifier(query.base()));
        if (isMost(keys, rows) || hasNull(tx, journal, span)) {
            return Optional.empty();
        }
        switch (way) {
            case NUMBER -> tx.update("delete from " + name() + " where rowid in " + journal.keys(span));
            case COLUMNS -> {
                boolean few = keys * SCAN_IS_CHEAPER_BY < rows;
                tx.update("delete from " + name() + " where rowid in "
                        + (few && isSearchable(tx, journal, span) ? asked(journal, span) : scanned(journal, span)));
            }
            case OLD_TEXT -> tx.update(unsaid(journal, span));
        }
        tx.update(query.insertInto(table)
                + (query.condition().isPresent() ? " and " : " where ")
                + inSpan(journal, span));
        boolean plausible = ExpectedCount.difference(tx, table, writers).isEmpty();
        return plausible ? Optional.of(new IndexRebuild(keys, ContentComparison.Sight.CHANGED)) : Optional.empty();
    }

    private static boolean isMost(long keys, long rows) {
        return keys * REBUILD_IS_CHEAPER_FROM > rows + REBUILD_IS_CHEAPER_FROM;
    }

    /** Whether so much has changed that making the index anew is cheaper. */
    public static boolean isMost(Tx tx, Journal journal) {
        long rows = ContentComparison.count(tx, new Identifier(journal.table()));
        return isMost(journal.count(tx, journal.pending(tx)), rows);
    }

    private boolean hasNull(Tx tx, Journal journal, Span span) {
        if (key.kind() != TableKey.Kind.NULLABLE) {
            return false;
        }
        List<String> nulls = new ArrayList<>();
        for (int i = 0; i < key.columns().size(); i++) {
            nulls.add("k" + i + " is null");
        }
        return !tx.rows("select 1 from " + journal.keys(span) + " where " + String.join(" or ", nulls) + " limit 1")
                .isEmpty();
    }

    private String inSpan(Journal journal, Span span) {
        List<String> columns = new ArrayList<>();
        key.columns().forEach(column -> columns.add("new." + new Identifier(column)));
        return "(" + String.join(", ", columns) + ") in " + journal.keys(span);
    }

    /** The rows that one pass over the index finds. */
    private String scanned(Journal journal, Span span) {
        List<String> columns = new ArrayList<>();
        keyColumns(table, query, key).forEach(column -> columns.add("x." + new Identifier(column)));
        return "(select x.rowid from " + name() + " as x where (" + String.join(", ", columns) + ") in "
                + journal.keys(span) + ")";
    }

    /** The rows that the index finds by the words of the key; whether the key is theirs is still compared. */
    private String asked(Journal journal, Span span) {
        List<String> same = new ArrayList<>();
        List<String> words = new ArrayList<>();
        List<String> columns = keyColumns(table, query, key);
        for (int i = 0; i < columns.size(); i++) {
            Identifier column = new Identifier(columns.get(i));
            same.add("x." + column + " is d.k" + i);
            words.add("'" + column.toString().replace("'", "''") + " : \"' || replace(d.k" + i
                    + ", '\"', '\"\"') || '\"'");
        }
        return "(select x.rowid from " + journal.keys(span) + " as d cross join " + name() + " as x where x."
                + table.identifier() + " match " + String.join(" || ' AND ' || ", words)
                + " and " + String.join(" and ", same) + ")";
    }

    /** Whether the index finds every row by the words of its key: there are some, and they are cut as they were. */
    private boolean isSearchable(Tx tx, Journal journal, Span span) {
        List<String> wordless = new ArrayList<>();
        for (int i = 0; i < key.columns().size(); i++) {
            wordless.add("typeof(k" + i + ") not in ('text', 'integer') or k" + i
                    + " not glob '*[0-9A-Za-z]*' or instr(k" + i + ", char(0))");
        }
        return keyColumns(table, query, key).stream().allMatch(column -> RowLookup.isSearchable(table, column))
                && tx.rows("select 1 from " + journal.keys(span) + " where " + String.join(" or ", wordless)
                                + " limit 1")
                        .isEmpty();
    }

    /** FTS5's command to forget rows whose text it does not keep. */
    private String unsaid(Journal journal, Span span) {
        List<String> columns = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            columns.add(new Identifier(table.columns().get(i)).toString());
            values.add("o" + i);
        }
        boolean conditional = image.size() > table.columns().size();
        return "insert into " + name() + " (" + table.identifier() + ", rowid, " + String.join(", ", columns)
                + ") select 'delete', k0, " + String.join(", ", values) + " from " + journal.images(span)
                + " where had" + (conditional ? " and o" + table.columns().size() : "");
    }

    private String name() {
        return "main." + table.identifier();
    }
}
