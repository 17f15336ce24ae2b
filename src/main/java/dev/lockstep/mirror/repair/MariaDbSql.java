package dev.lockstep.mirror.repair;

import dev.lockstep.db.Engine;
import dev.lockstep.mirror.plan.TargetType;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Statements for the clients of MariaDB and MySQL. No text has a backslash in it, which would mean one thing or another by
 * {@code NO_BACKSLASH_ESCAPES}: such a text is spelled in hexadecimal digits. Each says that it is in UTF-8.
 */
final class MariaDbSql extends EngineSql {
    private static final String MODE = "STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ANSI_QUOTES";

    MariaDbSql() {
        super(Engine.MARIADB);
    }

    @Override
    List<String> beginning(ScriptNeeds needs) {
        List<String> lines = new ArrayList<>();
        lines.add("set names utf8mb4;");
        lines.add("set @lockstep_sql_mode = @@session.sql_mode, @lockstep_time_zone = @@session.time_zone,"
                + " @lockstep_foreign_keys = @@session.foreign_key_checks;");
        lines.add("set session sql_mode = '" + MODE + "', time_zone = '+00:00', foreign_key_checks = "
                + (needs.foreignKeys().isPresent() ? 0 : 1) + ";");
        needs.tables().forEach(ddl -> lines.add(ddl + ";"));
        lines.add("start transaction;");
        return lines;
    }

    @Override
    List<String> end(ScriptNeeds needs) {
        return List.of(
                "commit;",
                "set session sql_mode = @lockstep_sql_mode, time_zone = @lockstep_time_zone,"
                        + " foreign_key_checks = @lockstep_foreign_keys;");
    }

    @Override
    String integer(long value, TargetType type) {
        return Long.toString(value);
    }

    /** With an exponent, for without one it is a decimal. */
    @Override
    String real(double value, TargetType type) {
        String text = type.size() == Float.BYTES ? Float.toString((float) value) : Double.toString(value);
        return text.contains("E") ? text : text + "E0";
    }

    @Override
    String text(String value) {
        return hasControls(value) || value.indexOf('\\') >= 0
                ? "_utf8mb4 x'" + hex(value) + "'"
                : "_utf8mb4'" + value.replace("'", "''") + "'";
    }

    private static String hex(String value) {
        return HexFormat.of().formatHex(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    String blob(byte[] value) {
        return "x'" + HexFormat.of().formatHex(value) + "'";
    }

    @Override
    String timestamp(LocalDateTime utc, TargetType type) {
        return "'" + day(utc.toLocalDate()) + " " + clock(utc) + "'";
    }

    @Override
    String date(LocalDate day) {
        return "'" + day(day) + "'";
    }

    @Override
    String exactly(String column, String value) {
        return "cast(convert(" + column + " using utf8mb4) as binary) = x'" + hex(value) + "'";
    }
}
