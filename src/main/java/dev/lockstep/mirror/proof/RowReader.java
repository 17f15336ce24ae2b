package dev.lockstep.mirror.proof;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.mirror.source.UnfitValues;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** All rows of one side of a mirror, in any order, in the snapshot of a transaction; each reading has the same ones. */
public interface RowReader {
    /** Hands over each row once. The row is the same object each time. */
    void each(Consumer<CanonicalRow> sink);

    /** How many there are; 0 also if that is not known before they are read. */
    default long count() {
        return 0;
    }

    /** The source's rows. */
    static SourceReader ofSource(Tx tx, TablePlan plan) {
        return ofSource(tx, plan, KeySpan.ALL);
    }

    /** Some of the source's rows: of a table whose key is the rowid. */
    static SourceReader ofSource(Tx tx, TablePlan plan, KeySpan span) {
        SourceTable source = plan.source();
        List<String> columns = new ArrayList<>();
        for (int cell : plan.cells()) {
            columns.add(
                    cell < source.offset()
                            ? source.order().get(cell).expression()
                            : source.columns()
                                    .get(cell - source.offset())
                                    .identifier()
                                    .toString());
        }
        List<String> positioned = new ArrayList<>(columns);
        source.order().forEach(part -> positioned.add(part.expression()));
        String table = "main." + source.identifier();
        List<String> conditions = span.equals(KeySpan.ALL)
                ? List.of()
                : span.conditions(source.order().get(0).expression());
        String these = conditions.isEmpty()
                ? source.onlyThese()
                : " where " + String.join(" and ", conditions) + source.also();
        String from = table + " not indexed" + these;
        long expected = count(tx, table, these);
        return new SourceReader() {
            @Override
            public long count() {
                return expected;
            }

            @Override
            public void each(Consumer<CanonicalRow> sink) {
                whole(table, expected, new SqliteReader(tx, plan, columns, from, source.unfit()))
                        .each(sink);
            }

            @Override
            public void eachWithCells(Sink sink) {
                long[] read = new long[1];
                new SqliteReader(tx, plan, positioned, from, source.unfit()).eachWithCells((row, cells) -> {
                    read[0]++;
                    sink.row(row, cells);
                });
                check(table, expected, read[0]);
            }
        };
    }

    /** The mirror's rows; none if there is no such table. */
    static RowReader ofMirror(Engine engine, Tx tx, TablePlan plan) {
        return ofMirror(engine, tx, plan, KeySpan.ALL);
    }

    /** Some of the mirror's rows: of a table whose key is one whole number. */
    static RowReader ofMirror(Engine engine, Tx tx, TablePlan plan, KeySpan span) {
        if (plan.ddl().isPresent()) {
            return sink -> {};
        }
        Identifier table = plan.identifier();
        String key = plan.columns().get(0).identifier().toString();
        String these = engine == Engine.SQLITE ? span.whereOrNull(key) : span.where(key);
        return switch (engine) {
            case POSTGRESQL -> whole(tx, table.toString(), these, new PostgresReader(tx, plan, these));
            case MARIADB -> whole(tx, table.toString(), these, new MariaDbReader(tx, plan, these));
            case SQLITE ->
                whole(
                        tx,
                        "main." + table,
                        these,
                        new SqliteReader(
                                tx, plan, names(plan), "main." + table + " not indexed" + these, UnfitValues.REFUSED));
        };
    }

    private static List<String> names(TablePlan plan) {
        List<String> names = new ArrayList<>();
        plan.columns().forEach(column -> names.add(column.identifier().toString()));
        return names;
    }

    private static RowReader whole(Tx tx, String table, String condition, RowReader reader) {
        return whole(table, count(tx, table, condition), reader);
    }

    private static RowReader whole(String table, long expected, RowReader reader) {
        return new RowReader() {
            @Override
            public long count() {
                return expected;
            }

            @Override
            public void each(Consumer<CanonicalRow> sink) {
                long[] read = new long[1];
                reader.each(row -> {
                    read[0]++;
                    sink.accept(row);
                });
                check(table, expected, read[0]);
            }
        };
    }

    /** Rows that were passed over are a failure, never a smaller table. */
    private static void check(String table, long expected, long read) {
        if (read != expected) {
            throw new LockstepException(
                    table + " has " + expected + " rows by its own count, and " + read + " were read",
                    "what was passed over was not compared; check that database for damage");
        }
    }

    /** SQLite counts by the smallest index, and another time by the rows if that needs what only an application has. */
    private static long count(Tx tx, String table, String condition) {
        String sql = "select count(*) from " + table;
        try {
            return tx.only(sql + condition).integer(0);
        } catch (DbException e) {
            if (e.reason() == DbException.Reason.OTHER && table.startsWith("main.")) {
                return tx.only(sql + " not indexed" + condition).integer(0);
            }
            throw e;
        }
    }
}
