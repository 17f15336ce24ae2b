package dev.lockstep.audit.write;

import dev.lockstep.audit.AuditRow;
import dev.lockstep.audit.AuditTime;
import dev.lockstep.db.Engine;
import dev.lockstep.profile.AuditProfile;
import dev.lockstep.profile.AuditProfile.Column;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.FileError;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads rows of an audit log from NDJSON: one object a line, its keys the names of the table's columns. The id, if there
 * is one, is not taken: the database gives it.
 */
final class NdjsonReader {
    /** A line that cannot be a row; the message is {@code line:col: what}. */
    static final class BadLine extends Exception {
        private static final long serialVersionUID = 1;

        BadLine(String message) {
            super(message);
        }
    }

    private static final int LONGEST = 64 << 20;
    private static final char BOM = '\ufeff';

    /** What Java reads for bytes that are not UTF-8. */
    private static final char REPLACEMENT = '\ufffd';

    private final InputStream in;
    private final Engine engine;
    private final Map<String, Column> columns = new HashMap<>();
    private final List<String> others;
    private final boolean ofCadt;
    private final Map<Column, Integer> widths;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    private final String now;
    private final byte[] chunk = new byte[1 << 16];
    private int from;
    private int to;
    private final Map<Column, Object> lastGiven = new EnumMap<>(Column.class);
    private final Map<Column, Object> lastTaken = new EnumMap<>(Column.class);
    private long line;
    private byte[] bytes;

    /**
     * Reads from a stream that it does not close.
     *
     * @param others columns of which the profile says nothing
     * @param widths how many characters a column takes, of those that have a limit
     */
    NdjsonReader(
            InputStream in, AuditProfile profile, List<String> others, Engine engine, Map<Column, Integer> widths) {
        this.others = profile.isComplete() ? List.of() : others;
        this.ofCadt = profile.isComplete();
        this.in = in;
        this.engine = engine;
        this.widths = widths;
        this.now = AuditTime.now(engine);
        profile.columns().forEach((column, name) -> columns.put(name, column));
    }

    long line() {
        return line;
    }

    /** The line that was read last, as it stands in the file. */
    byte[] bytes() {
        return bytes;
    }

    /** The next row, or null at the end of the file. @throws BadLine the line is no row; the next may be one */
    AuditRow next() throws BadLine {
        do {
            bytes = readLine();
            if (bytes == null) {
                return null;
            }
            line++;
        } while (bytes.length == 0);
        if (bytes.length > LONGEST) {
            throw bad(1, "a line of more than " + LONGEST + " bytes");
        }
        String text = decode();
        if (text.charAt(0) == BOM) {
            throw bad(1, "a byte order mark; NDJSON has none");
        }
        if (text.endsWith("\r")) {
            throw bad(text.length(), "the line ends with CR LF; NDJSON ends lines with LF");
        }
        return row(parse(text));
    }

    private byte[] readLine() {
        try {
            buffer.reset();
            boolean any = false;
            while (true) {
                if (from == to) {
                    from = 0;
                    to = Math.max(0, in.read(chunk));
                    if (to == 0) {
                        return any ? buffer.toByteArray() : null;
                    }
                }
                any = true;
                int start = from;
                while (from < to && chunk[from] != '\n') {
                    from++;
                }
                if (buffer.size() <= LONGEST) {
                    buffer.write(chunk, start, from - start);
                }
                if (from < to) {
                    from++;
                    return buffer.toByteArray();
                }
            }
        } catch (IOException e) {
            throw new LockstepException("cannot read the rows: " + FileError.reason(e), null);
        }
    }

    private String decode() throws BadLine {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACEMENT) < 0) {
            return text;
        }
        // It may stand there itself.
        ByteBuffer left = ByteBuffer.wrap(bytes);
        try {
            return utf8.reset().decode(left).toString();
        } catch (CharacterCodingException e) {
            throw bad(left.position() + 1, "not UTF-8");
        }
    }

    private Map<?, ?> parse(String text) throws BadLine {
        Object tree;
        try {
            tree = Json.parse(text);
        } catch (LockstepException e) {
            // It says 1:col: what, for it has seen one line.
            throw new BadLine(line + e.getMessage().substring(e.getMessage().indexOf(':')));
        }
        if (!(tree instanceof Map<?, ?> map)) {
            throw bad(1, "not an object");
        }
        return map;
    }

    private AuditRow row(Map<?, ?> map) throws BadLine {
        AuditRow row = new AuditRow(line);
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Column column = columns.get((String) entry.getKey());
            if (column == null && others.contains((String) entry.getKey())) {
                row.others().put((String) entry.getKey(), other(entry.getKey(), entry.getValue()));
                continue;
            }
            if (column == null) {
                String near = DidYouMean.to((String) entry.getKey(), columns.keySet())
                        .map(name -> "; did you mean " + name + "?")
                        .orElse("");
                throw badAt(entry.getKey(), "there is no column " + entry.getKey() + near);
            }
            row.set(column, value(column, entry.getKey(), entry.getValue()));
        }
        for (Map.Entry<String, Column> named : columns.entrySet()) {
            if (isRequired(named.getValue(), ofCadt) && row.value(named.getValue()) == null) {
                throw bad(1, "column " + named.getKey() + " is missing");
            }
        }
        for (Column column : new Column[] {Column.CREATED, Column.UPDATED}) {
            if (columns.containsValue(column) && row.value(column) == null) {
                row.set(column, now);
            }
        }
        return row;
    }

    private static boolean isRequired(Column column, boolean ofCadt) {
        return switch (column) {
            case REGISTRY, GENERATION -> true;
            case ORGANISATION, ROOT, TYPE, TIMESTAMP -> ofCadt;
            case ID, CHANGE, TABLE, CREATED, UPDATED, COMMENT, AUTHOR -> false;
        };
    }

    /** Most values of a row are those of the row before: what was found good is not looked at again, nor kept twice. */
    private Object value(Column column, Object key, Object value) throws BadLine {
        if (value == null || !value.equals(lastGiven.get(column))) {
            lastTaken.put(column, checked(column, key, value));
            lastGiven.put(column, value);
        }
        return lastTaken.get(column);
    }

    private Object checked(Column column, Object key, Object value) throws BadLine {
        return switch (column) {
            case ID -> null;
            case GENERATION -> {
                if (!(value instanceof Long number) || number < 0) {
                    throw badAt(key, "a generation is a whole number from 0 to " + Long.MAX_VALUE);
                }
                yield value;
            }
            case TIMESTAMP -> timestamp(key, value instanceof Long ? value.toString() : value);
            case CREATED, UPDATED -> {
                String text = text(column, key, value);
                if (text == null) {
                    yield null;
                }
                yield AuditTime.of(text, engine).orElseThrow(() -> badAt(key, "not a time: " + text));
            }
            case ORGANISATION, REGISTRY, ROOT, TYPE, CHANGE, TABLE, COMMENT, AUTHOR -> text(column, key, value);
        };
    }

    /** As a database takes it: an object or an array as its JSON. */
    private Object other(Object key, Object value) throws BadLine {
        if (value instanceof Map<?, ?> || value instanceof List<?>) {
            return Json.write(value);
        }
        if (value instanceof Boolean flag && engine != Engine.POSTGRESQL) {
            return flag ? 1L : 0L;
        }
        return value instanceof String ? text(Column.COMMENT, key, value) : value;
    }

    private String timestamp(Object key, Object value) throws BadLine {
        String text = text(Column.TIMESTAMP, key, value);
        for (int i = 0; ofCadt && text != null && i < text.length(); i++) {
            if (!Character.isDigit(text.charAt(i)) && text.charAt(i) != '.') {
                throw badAt(key, "not a number of seconds: " + text);
            }
        }
        return text;
    }

    private String text(Column column, Object key, Object value) throws BadLine {
        if (value == null) {
            return null;
        }
        if (!ofCadt && value instanceof Long number) {
            return number.toString();
        }
        if (!(value instanceof String text)) {
            throw badAt(key, "text was expected");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw badAt(key, "a NUL, which not every database can hold");
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw badAt(key, "half a character (a lone surrogate)");
                }
                i++;
            }
        }
        Integer width = widths.get(column);
        if (width != null && text.codePointCount(0, text.length()) > width) {
            throw badAt(key, "longer than the " + width + " characters that the column holds");
        }
        return text;
    }

    private BadLine bad(int column, String what) {
        return new BadLine(line + ":" + column + ": " + what);
    }

    /** At the place of a key, found again by its text: that of a line which is refused may take its time. */
    private BadLine badAt(Object key, String what) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int at = text.indexOf(Json.write(Map.of("k", key)).substring(5).replaceFirst("}$", ""));
        return bad(Math.max(at, 0) + 1, what);
    }
}
