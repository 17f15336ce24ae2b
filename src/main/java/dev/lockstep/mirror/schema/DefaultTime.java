package dev.lockstep.mirror.schema;

import dev.lockstep.db.Engine;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.plan.TargetType.Form;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The default values of SQLite that are the time of day, in UTC as all that it spells, as other databases spell them. */
final class DefaultTime {
    private DefaultTime() {}

    /** The expression there; empty if this is no such value, or the column is none that keeps it. */
    static Optional<String> translated(List<SqlToken> tokens, Column column, Engine engine) {
        Form form = column.type().orElseThrow().form();
        return switch (spelling(tokens)) {
            case "current_timestamp", "datetime()", "datetime('now')", "strftime('%Y-%m-%d %H:%M:%S','now')" ->
                now(form, column, engine);
            case "current_date", "date()", "date('now')", "strftime('%Y-%m-%d','now')" -> today(form, engine);
            case "current_time", "time()", "time('now')" -> clock(form, engine);
            case "unixepoch()",
                    "unixepoch('now')",
                    "strftime('%s','now')",
                    "cast(strftime('%s','now')as int)",
                    "cast(strftime('%s','now')as integer)" -> seconds(form, column, engine);
            default -> Optional.empty();
        };
    }

    /** Without blanks that mean nothing, and words in small letters. */
    private static String spelling(List<SqlToken> tokens) {
        StringBuilder all = new StringBuilder();
        for (SqlToken token : tokens) {
            boolean word = token.kind() == SqlToken.Kind.WORD;
            if (word && !all.isEmpty() && Character.isLetter(all.charAt(all.length() - 1))) {
                all.append(' ');
            }
            all.append(word ? token.text().toLowerCase(Locale.ROOT) : token.text());
        }
        return all.toString();
    }

    private static Optional<String> now(Form form, Column column, Engine engine) {
        boolean zoned =
                column.declared().startsWith("timestamptz") || column.declared().endsWith("with time zone");
        return switch (engine) {
            case POSTGRESQL ->
                switch (form) {
                    case TIMESTAMP -> Optional.of(zoned ? "now()" : "(now() at time zone 'UTC')");
                    case TEXT -> spelled("YYYY-MM-DD HH24:MI:SS");
                    default -> Optional.empty();
                };
            // Its sessions have other times than UTC.
            case MARIADB ->
                switch (form) {
                    case TIMESTAMP -> Optional.of("(utc_timestamp())");
                    case TEXT -> Optional.of("(date_format(utc_timestamp(), '%Y-%m-%d %H:%i:%s'))");
                    default -> Optional.empty();
                };
            case SQLITE -> Optional.empty();
        };
    }

    private static Optional<String> today(Form form, Engine engine) {
        return switch (engine) {
            case POSTGRESQL ->
                switch (form) {
                    case DATE -> Optional.of("((now() at time zone 'UTC')::date)");
                    case TEXT -> spelled("YYYY-MM-DD");
                    default -> Optional.empty();
                };
            case MARIADB ->
                switch (form) {
                    case DATE -> Optional.of("(utc_date())");
                    case TEXT -> Optional.of("(date_format(utc_date(), '%Y-%m-%d'))");
                    default -> Optional.empty();
                };
            case SQLITE -> Optional.empty();
        };
    }

    private static Optional<String> clock(Form form, Engine engine) {
        if (form != Form.TEXT) {
            return Optional.empty();
        }
        return switch (engine) {
            case POSTGRESQL -> spelled("HH24:MI:SS");
            case MARIADB -> Optional.of("(time_format(utc_time(), '%H:%i:%s'))");
            case SQLITE -> Optional.empty();
        };
    }

    private static Optional<String> spelled(String format) {
        return Optional.of("to_char(now() at time zone 'UTC', '" + format + "')");
    }

    /** Whole seconds since 1970. */
    private static Optional<String> seconds(Form form, Column column, Engine engine) {
        if (form != Form.INTEGER || column.type().orElseThrow().size() < Long.BYTES) {
            return Optional.empty();
        }
        return switch (engine) {
            case POSTGRESQL -> Optional.of("(floor(extract(epoch from now()))::bigint)");
            case MARIADB -> Optional.of("(unix_timestamp())");
            case SQLITE -> Optional.empty();
        };
    }
}
