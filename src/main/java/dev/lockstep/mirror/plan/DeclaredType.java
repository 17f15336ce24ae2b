package dev.lockstep.mirror.plan;

import dev.lockstep.db.Cells.Kind;
import dev.lockstep.mirror.source.ColumnSurvey.Content;
import dev.lockstep.mirror.source.SourceTable.Column;
import dev.lockstep.mirror.source.Wish;
import java.util.Locale;
import java.util.Set;

/**
 * What a source's column is for, by what its author has declared and by what it holds; each database has one type for each of
 * these. What is declared is a wish that SQLite does not enforce, so what the column holds has the last word.
 */
public enum DeclaredType {
    INTEGER,
    REAL,
    DECIMAL,
    TEXT,
    BLOB,
    BOOLEAN,
    TIMESTAMP,
    DATE;

    /** Whether a column is part of what tells rows apart, where two spellings of one value must not meet. */
    public enum Place {
        KEY,
        VALUE
    }

    /** Of texts and numbers in one column it is {@link #TEXT}, which takes both; nothing takes blobs and others. */
    public static DeclaredType of(Column column, Content content, Place place) {
        if (column.wish().reading().isTime()) {
            return TIMESTAMP;
        }
        if (column.wish().reading() == Wish.Reading.TRUTH) {
            return BOOLEAN;
        }
        DeclaredType meant = declared(column);
        Set<Kind> kinds = content.kinds();
        if (kinds.isEmpty()) {
            return meant;
        }
        if (kinds.contains(Kind.BLOB)) {
            return kinds.size() == 1 ? BLOB : kinds.contains(Kind.TEXT) && meant != BLOB ? TEXT : meant;
        }
        if (!kinds.contains(Kind.TEXT)) {
            return ofNumbers(meant, content);
        }
        boolean truths = meant == BOOLEAN && place == Place.VALUE && content.onlyTruthWords() && content.onlyBits();
        if (kinds.size() > 1) {
            return truths && !kinds.contains(Kind.REAL) ? BOOLEAN : TEXT;
        }
        return switch (meant) {
            case BOOLEAN -> truths ? BOOLEAN : TEXT;
            case TIMESTAMP -> TIMESTAMP;
            case DATE -> content.times() ? TIMESTAMP : DATE;
            case INTEGER, REAL, DECIMAL, TEXT, BLOB -> TEXT;
        };
    }

    /** Reads the declaration alone. */
    private static DeclaredType declared(Column column) {
        String type = column.declared().toUpperCase(Locale.ROOT);
        return switch (column.affinity()) {
            case INTEGER -> INTEGER;
            case REAL -> REAL;
            case TEXT -> TEXT;
            case BLOB -> type.contains("BLOB") ? BLOB : TEXT;
            case NUMERIC -> {
                if (type.startsWith("BOOL")) {
                    yield BOOLEAN;
                }
                if (type.startsWith("NUMERIC") || type.startsWith("DEC")) {
                    yield DECIMAL;
                }
                boolean instant = type.startsWith("DATE") || type.startsWith("TIMESTAMP");
                yield type.equals("DATE") ? DATE : instant ? TIMESTAMP : TEXT;
            }
        };
    }

    private static DeclaredType ofNumbers(DeclaredType meant, Content content) {
        if (meant == DECIMAL) {
            return DECIMAL;
        }
        boolean whole = content.kinds().contains(Kind.INTEGER);
        if (content.kinds().contains(Kind.REAL)) {
            return whole && !content.onlyExactDoubles() ? DECIMAL : REAL;
        }
        return switch (meant) {
            case REAL -> content.onlyExactDoubles() ? REAL : DECIMAL;
            case BOOLEAN -> content.onlyBits() ? BOOLEAN : INTEGER;
            case INTEGER, DECIMAL, TEXT, BLOB, TIMESTAMP, DATE -> INTEGER;
        };
    }
}
