package dev.lockstep.mirror;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.TestSqlite;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A table with a column of each kind, and the smallest change of one cell of it that there is. */
public final class CellMutations {
    public static final String TABLE = """
            create table cells (id integer primary key, n integer, flag boolean, r real, s text, b blob, d decimal,
                                at datetime, day date)
            """;

    private static final List<String> COLUMNS = List.of("n", "flag", "r", "s", "b", "d", "at", "day");

    private static final List<String> TEXTS =
            List.of("", "a", "A", "ä", "a\u0308", "𝄞", "row", "straße", "strasse", " a", "a ", "line\nbreak", "é");

    private CellMutations() {}

    public static void fill(Path source, int rows, Random random) throws SQLException {
        try (Connection connection = TestSqlite.connect(source);
                PreparedStatement insert =
                        connection.prepareStatement("insert into cells values (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            connection.setAutoCommit(false);
            for (int id = 1; id <= rows; id++) {
                insert.setLong(1, id);
                for (int i = 0; i < COLUMNS.size(); i++) {
                    insert.setObject(i + 2, random.nextInt(8) == 0 ? null : value(COLUMNS.get(i), random));
                }
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
        }
    }

    private static Object value(String column, Random random) {
        LocalDate day = LocalDate.of(1600, 1, 1).plusDays(random.nextInt(300_000));
        return switch (column) {
            case "n" -> random.nextLong() >> random.nextInt(63);
            case "flag" -> random.nextInt(2);
            case "r" -> random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
            case "s" -> TEXTS.get(random.nextInt(TEXTS.size())) + TEXTS.get(random.nextInt(TEXTS.size()));
            case "b" -> bytes(random);
            case "d" -> random.nextInt(1_000_000) / 1_000.0;
            case "at" ->
                day.atStartOfDay()
                                .plusNanos(1_000L * random.nextInt(1_000_000))
                                .toString()
                                .replace('T', ' ')
                        + (random.nextBoolean() ? " +00:00" : "");
            default -> day.toString();
        };
    }

    private static byte[] bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Changes one cell of each of so many rows in the mirror. @return the changed column by the row's key */
    public static Map<String, String> mutate(TestMirror mirror, int count, Random random) throws SQLException {
        Map<String, String> changed = new TreeMap<>();
        try (Connection connection = mirror.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (changed.size() < count) {
                String id = Integer.toString(1 + random.nextInt(count + count / 2));
                String column = COLUMNS.get(random.nextInt(COLUMNS.size()));
                if (!changed.containsKey(id)) {
                    changed.put(id, column);
                    Object now;
                    try (ResultSet rs = statement.executeQuery("select " + column + " from cells where id = " + id)) {
                        rs.next();
                        now = read(rs, column, mirror.kind());
                    }
                    try (PreparedStatement update =
                            connection.prepareStatement("update cells set " + column + " = ? where id = " + id)) {
                        update.setObject(1, other(now, column, mirror.kind(), random));
                        update.executeUpdate();
                    }
                }
            }
            connection.commit();
        }
        return changed;
    }

    private static Object read(ResultSet rs, String column, Kind kind) throws SQLException {
        if (rs.getObject(1) == null) {
            return null;
        }
        boolean typed = kind != Kind.SQLITE;
        return switch (column) {
            case "n" -> rs.getLong(1);
            case "flag" -> rs.getBoolean(1) ? 1 : 0;
            case "r" -> rs.getDouble(1);
            case "b" -> rs.getBytes(1);
            case "d" -> typed ? rs.getBigDecimal(1) : (Object) rs.getDouble(1);
            case "at" ->
                switch (kind) {
                    case POSTGRESQL -> rs.getObject(1, OffsetDateTime.class);
                    case MARIADB, MYSQL -> rs.getObject(1, LocalDateTime.class);
                    case SQLITE -> rs.getString(1);
                };
            case "day" -> typed ? rs.getObject(1, LocalDate.class) : rs.getString(1);
            default -> rs.getString(1);
        };
    }

    private static Object other(Object now, String column, Kind kind, Random random) {
        if (now != null && random.nextInt(6) == 0) {
            return null;
        }
        return switch (column) {
            case "n" -> now == null ? 0L : (long) now ^ (1L << random.nextInt(63));
            case "flag" -> flag(now == null ? 0 : 1 - (int) now, kind);
            case "r" -> now == null ? 0.0 : Math.nextUp((double) now);
            case "b" -> flipped((byte[]) now, random);
            case "d" -> decimal(now, kind);
            case "at" -> kind == Kind.SQLITE ? text((String) now, random) : instant((Temporal) now, kind);
            case "day" ->
                kind == Kind.SQLITE
                        ? text((String) now, random)
                        : now == null ? LocalDate.EPOCH : ((LocalDate) now).plusDays(1);
            default -> text((String) now, random);
        };
    }

    private static Object flag(int value, Kind kind) {
        return kind == Kind.POSTGRESQL ? (Object) (value == 1) : (Object) value;
    }

    private static byte[] flipped(byte[] now, Random random) {
        if (now == null || now.length == 0) {
            return new byte[now == null ? 0 : 1];
        }
        byte[] flipped = now.clone();
        flipped[random.nextInt(now.length)] ^= (byte) (1 << random.nextInt(8));
        return flipped;
    }

    private static Object decimal(Object now, Kind kind) {
        if (kind == Kind.SQLITE) {
            return now == null ? 0.0 : Math.nextUp((double) now);
        }
        return now == null ? BigDecimal.ZERO : ((BigDecimal) now).add(new BigDecimal("1e-25"));
    }

    private static Temporal instant(Temporal now, Kind kind) {
        if (now != null) {
            return now.plus(1, ChronoUnit.MICROS);
        }
        LocalDateTime epoch = LocalDate.EPOCH.atStartOfDay();
        return kind == Kind.POSTGRESQL ? epoch.atOffset(ZoneOffset.UTC) : epoch;
    }

    private static String text(String now, Random random) {
        if (now == null) {
            return "";
        }
        return switch (random.nextInt(4)) {
            case 0 -> now + " ";
            case 1 -> now.isEmpty() ? "x" : now.substring(0, now.offsetByCodePoints(now.length(), -1));
            case 2 -> now + "\u200b";
            default -> now.equals(swapped(now)) ? now + "a" : swapped(now);
        };
    }

    /** With the other case of each letter that has one, where that is as long. */
    private static String swapped(String now) {
        StringBuilder swapped = new StringBuilder();
        now.codePoints()
                .forEach(c -> swapped.appendCodePoint(
                        Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c)));
        return swapped.toString();
    }
}
