package dev.lockstep.mirror.copy;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.db.sqlite.SqliteHealth;
import dev.lockstep.mirror.source.SourceTable;
import java.util.Optional;
import java.util.OptionalLong;

/** About how many rows a table of the source has, by what can be told without reading it. */
final class RowEstimate {
    /** What ANALYZE has counted: each index says it, or the table itself. */
    private static final String ANALYZED = "select stat from main.sqlite_stat1 where tbl = ? limit 1";

    /** A row of one small column, with its header and its place in the page. */
    private static final int LEAST_BYTES = 6;

    private RowEstimate() {}

    /** How many rows there are about. @return 0 if that cannot be told, or only some of its rows are meant */
    static long of(Tx tx, SourceTable table) {
        if (table.where().isPresent()) {
            return 0;
        }
        try {
            OptionalLong counted = analyzed(tx, table);
            return counted.isPresent() ? counted.getAsLong() : spanned(tx, table);
        } catch (DbException e) {
            if (e.reason() == DbException.Reason.CANCELLED) {
                throw e;
            }
            // Whoever reads the table says better what is wrong with it.
            return 0;
        }
    }

    private static OptionalLong analyzed(Tx tx, SourceTable table) {
        if (SqliteCatalog.of(tx).table("sqlite_stat1").isEmpty()) {
            return OptionalLong.empty();
        }
        Optional<String> stat = tx.rows(ANALYZED, table.name()).stream()
                .map(row -> row.isNull("stat") ? "" : row.text("stat"))
                .findFirst();
        String count = stat.map(text -> text.split(" ", 2)[0]).orElse("");
        return count.matches("[1-9]\\d{0,17}") ? OptionalLong.of(Long.parseLong(count)) : OptionalLong.empty();
    }

    /** By its first and its last number, if so many rows have room in the file. */
    private static long spanned(Tx tx, SourceTable table) {
        if (table.order().size() != 1 || table.order().get(0).collation().isPresent()) {
            return 0;
        }
        String number = table.order().get(0).expression();
        Row ends = tx.only("select (select min(" + number + ") from main." + table.identifier()
                + ") as low, (select max(" + number + ") from main." + table.identifier() + ") as high");
        if (ends.isNull("low")) {
            return 0;
        }
        long span = ends.integer("high") - ends.integer("low") + 1;
        return span > 0 && span <= SqliteHealth.bytes(tx) / LEAST_BYTES ? span : 0;
    }
}
