package dev.lockstep.mirror.plan;

import dev.lockstep.db.Cells.Kind;
import dev.lockstep.mirror.source.ColumnSurvey;
import dev.lockstep.mirror.source.SourceTable.Column;
import java.util.Locale;
import java.util.Set;

/** What the author of a source's column seems to have meant it for; each database has one type for each of these. */
public enum DeclaredType {
    INTEGER,
    REAL,
    DECIMAL,
    TEXT,
    BLOB,
    BOOLEAN,
    TIMESTAMP,
    DATE;

    /** Reads the declaration, and where it leaves the type open, what is in the column. */
    public static DeclaredType of(Column column, ColumnSurvey survey) {
        String type = column.declared().toUpperCase(Locale.ROOT);
        return switch (column.affinity()) {
            case INTEGER -> INTEGER;
            case REAL -> REAL;
            case TEXT -> TEXT;
            case BLOB -> type.contains("BLOB") ? BLOB : byContent(survey.kinds(column), TEXT);
            case NUMERIC -> numeric(type, column, survey);
        };
    }

    private static DeclaredType numeric(String type, Column column, ColumnSurvey survey) {
        if (type.startsWith("BOOL")) {
            return BOOLEAN;
        }
        if (type.startsWith("NUMERIC") || type.startsWith("DEC")) {
            return DECIMAL;
        }
        DeclaredType meant =
                type.equals("DATE") ? DATE : type.startsWith("DATE") || type.startsWith("TIMESTAMP") ? TIMESTAMP : TEXT;
        Set<Kind> kinds = survey.kinds(column);
        return kinds.contains(Kind.TEXT) ? meant : byContent(kinds, meant);
    }

    private static DeclaredType byContent(Set<Kind> kinds, DeclaredType whenEmpty) {
        if (kinds.isEmpty()) {
            return whenEmpty;
        }
        if (kinds.contains(Kind.TEXT)) {
            return TEXT;
        }
        if (kinds.contains(Kind.BLOB)) {
            return BLOB;
        }
        return kinds.contains(Kind.REAL) ? REAL : INTEGER;
    }
}
