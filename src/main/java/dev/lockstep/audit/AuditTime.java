package dev.lockstep.audit;

import dev.lockstep.db.Engine;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Optional;

/** The forms in which CADT's databases hold times: Sequelize's two, plain dates, ISO 8601, and what the engines print. */
public final class AuditTime {
    private static final DateTimeFormatter READ = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd[['T'][' ']HH:mm[:ss]")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendPattern("[' '][XXX][X]]")
            .toFormatter();

    private static final DateTimeFormatter WRITE = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS");

    private AuditTime() {}

    /** As the engine's column takes it, in UTC; a time without an offset is UTC. Empty if the text is no time. */
    public static Optional<String> of(String text, Engine engine) {
        try {
            TemporalAccessor read = READ.parseBest(text, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
            LocalDateTime utc;
            if (read instanceof OffsetDateTime offset) {
                utc = offset.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
            } else {
                utc = read instanceof LocalDate date ? date.atStartOfDay() : (LocalDateTime) read;
            }
            return Optional.of(format(utc, engine));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    public static String now(Engine engine) {
        return format(LocalDateTime.now(ZoneOffset.UTC), engine);
    }

    private static String format(LocalDateTime utc, Engine engine) {
        return switch (engine) {
            case SQLITE, POSTGRESQL -> WRITE.format(utc) + " +00:00";
            // Its columns have no offset, and a text with one is refused.
            case MARIADB -> WRITE.format(utc);
        };
    }
}
