package dev.lockstep.mirror.repair;

import dev.lockstep.db.Engine;
import dev.lockstep.mirror.plan.ForeignKeys.Check;
import dev.lockstep.mirror.plan.TargetType;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Statements for psql. A backslash stands only in texts with an E before them, which mean the same with and without
 * {@code standard_conforming_strings}.
 */
final class PostgresSql extends EngineSql {
    private final String searchPath;

    /** @param searchPath where the mirror's tables are found */
    PostgresSql(String searchPath) {
        super(Engine.POSTGRESQL);
        this.searchPath = searchPath;
    }

    @Override
    List<String> beginning(ScriptNeeds needs) {
        List<String> lines = new ArrayList<>();
        lines.add("set client_encoding = 'UTF8';");
        lines.add("begin;");
        lines.add("set local search_path to " + (searchPath.isBlank() ? "''" : searchPath) + ";");
        needs.foreignKeys()
                .ifPresent(check -> lines.add(
                        check == Check.SUSPENDED
                                ? "set local session_replication_role = replica;"
                                : "set constraints all deferred;"));
        needs.tables().forEach(ddl -> lines.add(ddl + ";"));
        return lines;
    }

    @Override
    List<String> end(ScriptNeeds needs) {
        return List.of("commit;");
    }

    @Override
    String overriding() {
        return " overriding system value";
    }

    @Override
    String integer(long value, TargetType type) {
        if (type.isBoolean() && type.max() == 1) {
            return value == 0 ? "false" : "true";
        }
        return value == Long.MIN_VALUE ? "'" + value + "'" : Long.toString(value);
    }

    /** In quotes, for a bare -0.0 is the number 0. */
    @Override
    String real(double value, TargetType type) {
        return "'" + (type.size() == Float.BYTES ? Float.toString((float) value) : Double.toString(value)) + "'";
    }

    @Override
    String text(String value) {
        String quoted = value.replace("'", "''");
        if (!hasControls(value) && value.indexOf('\\') < 0) {
            return "'" + quoted + "'";
        }
        StringBuilder escaped = new StringBuilder("E'");
        for (int i = 0; i < quoted.length(); i++) {
            char c = quoted.charAt(i);
            switch (c) {
                case '\\' -> escaped.append("\\\\");
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        escaped.append("\\u%04x".formatted((int) c));
                    } else {
                        escaped.append(c);
                    }
                }
            }
        }
        return escaped.append('\'').toString();
    }

    @Override
    String blob(byte[] value) {
        return "E'\\\\x" + HexFormat.of().formatHex(value) + "'";
    }

    @Override
    String timestamp(LocalDateTime utc, TargetType type) {
        boolean zoned = type.sql().startsWith("timestamptz") || type.sql().endsWith("with time zone");
        return "'" + year(utc.toLocalDate()) + " " + clock(utc) + (zoned ? "+00" : "") + era(utc.toLocalDate()) + "'";
    }

    @Override
    String date(LocalDate day) {
        return "'" + year(day) + era(day) + "'";
    }

    /** The year before the year 1 is the year 1 BC. */
    private static String year(LocalDate day) {
        return day(day.getYear() > 0 ? day : day.withYear(1 - day.getYear()));
    }

    private static String era(LocalDate day) {
        return day.getYear() > 0 ? "" : " BC";
    }

    /** With a sign for each part: by an interval style of SQL a single one would count for all. */
    @Override
    String interval(long months, long days, long micros) {
        return "'%+d months %+d days %+d microseconds'".formatted(months, days, micros);
    }

    @Override
    String exactly(String column, String value) {
        return column + "::text collate \"C\" = " + text(value);
    }
}
