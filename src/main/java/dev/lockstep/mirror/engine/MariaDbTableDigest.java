package dev.lockstep.mirror.engine;

import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.mirror.proof.RowDigest;
import dev.lockstep.mirror.proof.RowFingerprint;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A mirror in MariaDB or MySQL: digests of rows, each spelled cell by cell, computed by the server. Its own CHECKSUM TABLE
 * would not do: it adds up one CRC a row, which two cells that have changed places may leave as it was.
 */
final class MariaDbTableDigest implements TableDigest {
    /** A digest that is NULL is of a row too long for a packet. The limits keep digests from being computed twice. */
    private static final String SUMS = """
            select part, count(*) as n, count(low) as told, sum(high) as high, sum(low) as low
              from (select %1$s as part, high, low
                      from (select cast(conv(left(digest, 16), 16, 10) as unsigned) as high,
                                   cast(conv(substr(digest, 17, 16), 16, 10) as unsigned) as low
                              from (select %3$s as digest from %2$s limit 18446744073709551615) as d
                             limit 18446744073709551615) as l) as p
             group by part
            """;

    private static final byte END = '|';

    private static final int MIN_PLACES = -14;
    private static final int MAX_PLACES = 15;

    private final TablePlan plan;
    private final MariaDbServer server;

    private MariaDbTableDigest(TablePlan plan, MariaDbServer server) {
        this.plan = plan;
        this.server = server;
    }

    /** The digest of a plan; empty if the table has a column whose spelling is not known. */
    static Optional<TableDigest> of(TablePlan plan, MariaDbServer server) {
        for (Column column : plan.columns()) {
            TargetType type = column.type().orElseThrow();
            boolean rounded = type.form() == TargetType.Form.REAL && type.sql().contains("(");
            // MySQL spells the numbers of its JSON in a way of its own.
            boolean respelled = type.form() == TargetType.Form.JSON;
            if (rounded || respelled || type.sql().contains("zerofill")) {
                return Optional.empty();
            }
        }
        return Optional.of(new MariaDbTableDigest(plan, server));
    }

    @Override
    public RowDigest ofSource() {
        TargetType[] types = new TargetType[plan.columns().size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = plan.columns().get(i).type().orElseThrow();
        }
        return new RowDigest(server.digestAlgorithm(), (row, digest) -> {
            for (int i = 0; i < types.length; i++) {
                spell(row, i, types[i], digest);
                digest.update(END);
            }
        });
    }

    private void spell(MappedRow row, int i, TargetType type, MessageDigest digest) {
        switch (row.tag(i)) {
            case NULL -> {}
            case INTEGER -> digest.update(ascii(Long.toString(row.number(i))));
            case REAL -> digest.update(ascii(shortest(row.real(i), server.widestNumber())));
            case TEXT, BLOB -> {
                digest.update(ascii(row.bytes(i).length + ":"));
                digest.update(row.bytes(i));
            }
            case DECIMAL ->
                digest.update(ascii(row.decimal(i).setScale(type.scale()).toPlainString()));
            case TIMESTAMP -> digest.update(ascii(MariaDbInserts.instant(row.number(i))));
            case DATE -> digest.update(ascii(LocalDate.ofEpochDay(row.number(i)).toString()));
            case MISFIT -> throw new IllegalStateException("a misfit is in no mirror");
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The fewest digits that are read back as the same double, as the server writes them. */
    private static String shortest(double value, int widest) {
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal exact = new BigDecimal(value);
        int digits = new BigDecimal(Double.toString(value)).stripTrailingZeros().precision();
        while (digits > 1
                && exact.round(new MathContext(digits - 1, RoundingMode.HALF_EVEN))
                                .doubleValue()
                        == value) {
            digits--;
        }
        BigDecimal rounded =
                exact.round(new MathContext(digits, RoundingMode.HALF_EVEN)).stripTrailingZeros();
        int places = rounded.precision() - rounded.scale();
        if (places >= MIN_PLACES && (places <= MAX_PLACES || rounded.scale() > 0)) {
            String plain = rounded.toPlainString();
            if (plain.length() <= widest) {
                return plain;
            }
        }
        String all = rounded.unscaledValue().abs().toString();
        return (value < 0 ? "-" : "") + all.charAt(0) + (all.length() > 1 ? "." + all.substring(1) : "") + "e"
                + (places - 1);
    }

    @Override
    public RowFingerprint ofMirror(Tx mirror, int bits) {
        List<String> cells = new ArrayList<>();
        for (Column column : plan.columns()) {
            cells.add("ifnull(" + expression(column) + ", '')");
            cells.add("'|'");
        }
        String digest = server.digestOf(String.join(", ", cells));
        String part = bits == 0 ? "0" : "cast(high >> " + (Long.SIZE - bits) + " as signed)";
        RowFingerprint found = new RowFingerprint(bits);
        mirror.each(SUMS.formatted(part, plan.identifier(), digest), row -> {
            if (row.integer("told") == row.integer("n")) {
                found.add(row);
            } else {
                found.addUnknown(row.integer("n"));
            }
        });
        return found;
    }

    private static String expression(Column column) {
        String name = column.identifier().toString();
        return switch (column.type().orElseThrow().form()) {
            case TEXT, CHAR, LABEL -> counted("convert(" + name + " using utf8mb4)");
            case UUID, JSON -> counted("cast(" + name + " as char)");
            case TIME -> counted("time_format(" + name + ", '%H:%i:%s.%f')");
            case BLOB -> counted(name);
            case TIMESTAMP -> "date_format(" + name + ", '%Y-%m-%d %H:%i:%s.%f')";
            case INTEGER, REAL, DECIMAL, DATE, INTERVAL, ANY -> name;
        };
    }

    private static String counted(String value) {
        return "concat(octet_length(" + value + "), ':', " + value + ")";
    }

    @Override
    public Compared compared() {
        return Compared.SERVER;
    }
}
