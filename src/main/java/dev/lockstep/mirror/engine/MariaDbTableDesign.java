package dev.lockstep.mirror.engine;

import dev.lockstep.mirror.plan.DeclaredType;
import dev.lockstep.mirror.plan.DeclaredType.Place;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.mirror.plan.TargetType.Characters;
import dev.lockstep.mirror.source.ColumnSurvey;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.support.LockstepException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/** A table of MariaDB or MySQL that would be made: its types, so that a row has room and a key an index. */
final class MariaDbTableDesign {
    /** What an index takes, in bytes. */
    static final int MAX_KEY = 3_072;

    private static final int KEY_CHARACTERS = 768;
    private static final int MAX_ROW = 65_535;
    private static final int BYTES_OF_ANOTHER = 34;
    private static final long MAX_BYTES_A_CHARACTER = 4;
    private static final int USUAL_KEY = 255;
    private static final long MICROS = 1_000_000L;

    /** What both systems document as the first day that they know. */
    private static final LocalDate FIRST_DAY = LocalDate.of(1000, 1, 1);

    private final String collation;

    /** @param collation of texts: it tells all of them apart */
    MariaDbTableDesign(String collation) {
        this.collation = collation;
    }

    /** The table that would be made for one of the source. */
    TargetTable of(SourceTable source, ColumnSurvey survey) {
        // What is of a fixed size, and where a long text is, takes no more of a row than this.
        long[] room = {MAX_ROW - (long) BYTES_OF_ANOTHER * source.columns().size()};
        Map<SourceTable.Column, TargetType> types = new LinkedHashMap<>();
        for (SourceTable.Column column : source.key()) {
            TargetType type = keyType(source, column, survey);
            room[0] -= type.bytes();
            types.put(column, type);
        }
        return TargetTable.designed(
                source,
                column -> types.computeIfAbsent(column, other -> type(other, survey, room)),
                type(DeclaredType.INTEGER));
    }

    private TargetType named(String sql) {
        return MariaDbNamedType.of(sql, collation)
                .orElseThrow(() -> LockstepException.usage(
                        "no type that a column is made of: " + sql, "it is one of MariaDB's, such as decimal(10,2)"));
    }

    private TargetType keyType(SourceTable source, SourceTable.Column column, ColumnSurvey survey) {
        if (column.wish().type().isPresent()) {
            return named(column.wish().type().get());
        }
        DeclaredType meant = DeclaredType.of(column, survey.content(column), Place.KEY);
        if (meant != DeclaredType.TEXT && meant != DeclaredType.BLOB) {
            return type(meant);
        }
        // An index needs a length.
        boolean text = meant == DeclaredType.TEXT;
        long most = (text ? KEY_CHARACTERS : MAX_KEY) / source.key().size();
        int usual = column.declaredLength().orElse(USUAL_KEY);
        int length = (int) Math.max(1, Math.min(most, Math.max(usual, survey.longest(column))));
        return text ? varchar(length) : TargetType.blob("varbinary(" + length + ")", length);
    }

    /**
     * A text keeps the length that is declared, or is given one if it has to be in an index to its end, if all that is there fits and
     * the row has room.
     *
     * @param room the bytes that are left for texts in the row
     */
    private TargetType type(SourceTable.Column column, ColumnSurvey survey, long[] room) {
        if (column.wish().type().isPresent()) {
            return named(column.wish().type().get());
        }
        DeclaredType meant = DeclaredType.of(column, survey.content(column), Place.VALUE);
        int length = column.declaredLength().orElseGet(() -> indexedLength(column, survey));
        long bytes = MAX_BYTES_A_CHARACTER * length;
        if (meant != DeclaredType.TEXT || length == 0 || bytes > room[0] || survey.longest(column) > length) {
            return type(meant);
        }
        room[0] -= bytes;
        return varchar(length);
    }

    /** Of a text without a length; 0 if it needs none. */
    private static int indexedLength(SourceTable.Column column, ColumnSurvey survey) {
        OptionalInt width = survey.indexedWith(column);
        return width.isPresent() ? KEY_CHARACTERS / width.getAsInt() : 0;
    }

    private TargetType varchar(int length) {
        return TargetType.text(
                "varchar(" + length + ") character set utf8mb4 collate " + collation,
                length,
                MAX_BYTES_A_CHARACTER * length,
                Characters.UNICODE);
    }

    private TargetType type(DeclaredType meant) {
        return switch (meant) {
            case INTEGER -> TargetType.integer("bigint", Long.MIN_VALUE, Long.MAX_VALUE, Long.BYTES);
            case REAL -> TargetType.finite("double", Double.BYTES);
            case DECIMAL -> TargetType.decimal("decimal(65,30)", 65, 30);
            case TEXT ->
                TargetType.text(
                        "longtext character set utf8mb4 collate " + collation, 0, 0xffff_ffffL, Characters.UNICODE);
            case BLOB -> TargetType.blob("longblob", 0xffff_ffffL);
            case BOOLEAN -> TargetType.integer("tinyint(1)", Byte.MIN_VALUE, Byte.MAX_VALUE, 1);
            case TIMESTAMP -> datetime("datetime(6)", 6);
            case DATE -> date("date");
        };
    }

    /** A time from the first day to the end of the year 9999, to so many digits of a second. */
    static TargetType datetime(String sql, int digits) {
        long first = FIRST_DAY.atStartOfDay().toEpochSecond(ZoneOffset.UTC) * MICROS;
        return TargetType.timestamp(sql, first, lastMicro(), digits);
    }

    private static long lastMicro() {
        return LocalDate.of(10_000, 1, 1).atStartOfDay().toEpochSecond(ZoneOffset.UTC) * MICROS - 1;
    }

    static TargetType date(String sql) {
        return TargetType.date(sql, FIRST_DAY.toEpochDay(), Long.MAX_VALUE);
    }
}
