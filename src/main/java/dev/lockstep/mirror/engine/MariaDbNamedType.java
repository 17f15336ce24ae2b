package dev.lockstep.mirror.engine;

import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.mirror.plan.TargetType.Characters;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A type of MariaDB or MySQL by its name, as a statement has it: {@code decimal(10,2)}, {@code varchar(40)}. */
final class MariaDbNamedType {
    private static final Pattern NAME =
            Pattern.compile("([a-z]+) *(?:\\( *(\\d{1,8}) *(?:, *(\\d{1,4}) *)?\\))?( unsigned)?");

    private static final int DIGITS = 10;

    private MariaDbNamedType() {}

    /**
     * The type; empty if it is none that can be mirrored.
     *
     * @param collation of texts: it tells all of them apart
     */
    static Optional<TargetType> of(String sql, String collation) {
        Matcher matcher = NAME.matcher(sql.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int first = matcher.group(2) == null ? -1 : Integer.parseInt(matcher.group(2));
        int second = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
        String text = sql + " character set utf8mb4 collate " + collation;
        int fraction = Math.max(0, first);
        return Optional.ofNullable(
                switch (matcher.group(1)) {
                    case "boolean", "bool" -> MariaDbTargetCatalog.integer("tinyint(1)", 8);
                    case "tinyint" -> MariaDbTargetCatalog.integer(sql, 8);
                    case "smallint" -> MariaDbTargetCatalog.integer(sql, 16);
                    case "mediumint" -> MariaDbTargetCatalog.integer(sql, 24);
                    case "int", "integer" -> MariaDbTargetCatalog.integer(sql, 32);
                    case "bigint" -> MariaDbTargetCatalog.integer(sql, 64);
                    case "double" -> first < 0 ? TargetType.finite(sql, Double.BYTES) : null;
                    case "decimal", "numeric" -> TargetType.decimal(sql, first < 0 ? DIGITS : first, second);
                    case "varchar" -> first < 0 ? null : TargetType.text(text, first, 4L * first, Characters.UNICODE);
                    case "char" ->
                        TargetType.character(text, Math.max(1, first), 4L * Math.max(1, first), Characters.UNICODE);
                    case "tinytext" -> TargetType.text(text, 0, 0xff, Characters.UNICODE);
                    case "text" -> TargetType.text(text, 0, 0xffff, Characters.UNICODE);
                    case "mediumtext" -> TargetType.text(text, 0, 0xff_ffff, Characters.UNICODE);
                    case "longtext" -> TargetType.text(text, 0, 0xffff_ffffL, Characters.UNICODE);
                    case "tinyblob" -> TargetType.blob(sql, 0xff);
                    case "blob" -> TargetType.blob(sql, 0xffff);
                    case "mediumblob" -> TargetType.blob(sql, 0xff_ffff);
                    case "longblob" -> TargetType.blob(sql, 0xffff_ffffL);
                    case "varbinary" -> first < 0 ? null : TargetType.blob(sql, first);
                    case "binary" -> TargetType.bytes(sql, Math.max(1, first));
                    case "datetime" -> MariaDbTableDesign.datetime(sql, fraction);
                    case "date" -> MariaDbTableDesign.date(sql);
                    case "time" -> MariaDbTargetCatalog.time(sql, fraction);
                    default -> null;
                });
    }
}
