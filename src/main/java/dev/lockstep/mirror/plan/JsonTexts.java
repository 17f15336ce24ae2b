package dev.lockstep.mirror.plan;

import dev.lockstep.mirror.plan.DateTexts.Unreadable;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * JSON as {@code jsonb} of PostgreSQL writes it (its manual, "JSON Types"), and MySQL's type, too: the names of an object by length and then by their
 * bytes, a blank behind each comma and colon, numbers without an exponent. What these types would not keep is refused: a
 * name that an object has twice, half a character, and a number that would be rounded.
 */
final class JsonTexts {
    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d{1,6})?");

    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,20}");

    private static final BigDecimal LAST_UNSIGNED = new BigDecimal("18446744073709551615");

    private static final int MAX_DEPTH = 100;
    private static final int MAX_DIGITS = 1_000;

    private static final Comparator<byte[]> NAMES = (one, other) ->
            one.length != other.length ? Integer.compare(one.length, other.length) : Arrays.compareUnsigned(one, other);

    private final String text;
    private final TargetType type;
    private int at;

    private JsonTexts(String text, TargetType type) {
        this.text = text;
        this.type = type;
    }

    /** The one spelling of the value. */
    static String canonical(String text, TargetType type) throws Unreadable {
        JsonTexts reader = new JsonTexts(text, type);
        StringBuilder out = new StringBuilder(text.length() + 16);
        reader.value(out, 0);
        reader.blanks();
        if (reader.at < text.length()) {
            throw reader.none();
        }
        return out.toString();
    }

    private void value(StringBuilder out, int depth) throws Unreadable {
        blanks();
        if (at == text.length()) {
            throw none();
        }
        if (depth > MAX_DEPTH) {
            throw new Unreadable("JSON of more than " + MAX_DEPTH + " levels");
        }
        switch (text.charAt(at)) {
            case '{' -> object(out, depth);
            case '[' -> array(out, depth);
            case '"' -> quote(string(), out);
            case 't' -> word("true", out);
            case 'f' -> word("false", out);
            case 'n' -> word("null", out);
            default -> number(out);
        }
    }

    private void object(StringBuilder out, int depth) throws Unreadable {
        Map<byte[], String> members = new TreeMap<>(NAMES);
        at++;
        while (!isNext('}')) {
            if (!members.isEmpty()) {
                expect(',');
            }
            blanks();
            if (at == text.length() || text.charAt(at) != '"') {
                throw none();
            }
            String name = string();
            expect(':');
            StringBuilder member = new StringBuilder();
            quote(name, member);
            value(member.append(": "), depth + 1);
            if (members.put(name.getBytes(StandardCharsets.UTF_8), member.toString()) != null) {
                throw new Unreadable("JSON in which an object has a name twice");
            }
        }
        at++;
        out.append('{').append(String.join(", ", members.values())).append('}');
    }

    private void array(StringBuilder out, int depth) throws Unreadable {
        at++;
        out.append('[');
        for (int elements = 0; !isNext(']'); elements++) {
            if (elements > 0) {
                expect(',');
                out.append(", ");
            }
            value(out, depth + 1);
        }
        at++;
        out.append(']');
    }

    private void word(String word, StringBuilder out) throws Unreadable {
        if (!text.startsWith(word, at)) {
            throw none();
        }
        at += word.length();
        out.append(word);
    }

    private void number(StringBuilder out) throws Unreadable {
        Matcher matcher = NUMBER.matcher(text).region(at, text.length());
        if (!matcher.lookingAt()) {
            throw none();
        }
        at = matcher.end();
        BigDecimal value = new BigDecimal(matcher.group());
        if (Math.abs((long) value.scale()) > MAX_DIGITS || value.precision() - (long) value.scale() > MAX_DIGITS) {
            throw new Unreadable("JSON with a number out of the range of " + type.sql());
        }
        if (type.size() == TargetType.DOUBLES && !isKept(matcher.group(), value)) {
            throw new Unreadable("JSON with a number that " + type.sql() + " would round");
        }
        out.append((value.scale() < 0 ? value.setScale(0) : value).toPlainString());
    }

    private static boolean isKept(String number, BigDecimal value) {
        boolean whole = WHOLE.matcher(number).matches()
                && value.compareTo(BigDecimal.valueOf(Long.MIN_VALUE)) >= 0
                && value.compareTo(LAST_UNSIGNED) <= 0;
        double real = value.doubleValue();
        return whole || (Double.isFinite(real) && NumberTexts.shortest(real).compareTo(value) == 0);
    }

    private String string() throws Unreadable {
        StringBuilder string = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c < ' ') {
                throw none();
            }
            string.append(c == '\\' ? escaped() : c);
        }
        if (at++ >= text.length()) {
            throw none();
        }
        for (int i = 0; i < string.length(); i++) {
            int point = string.codePointAt(i);
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                throw new Unreadable("JSON with half a character");
            }
            i += Character.charCount(point) - 1;
        }
        if (type.characters() == TargetType.Characters.UNICODE_BUT_NUL && string.indexOf("\0") >= 0) {
            throw new Unreadable("JSON with a NUL character");
        }
        return string.toString();
    }

    private char escaped() throws Unreadable {
        char c = at < text.length() ? text.charAt(at++) : ' ';
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int end = at + 4;
                if (end > text.length() || !text.substring(at, end).chars().allMatch(HexFormat::isHexDigit)) {
                    throw none();
                }
                at = end;
                yield (char) Integer.parseInt(text, end - 4, end, 16);
            }
            default -> throw none();
        };
    }

    private static void quote(String string, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private boolean isNext(char wanted) throws Unreadable {
        blanks();
        if (at == text.length()) {
            throw none();
        }
        return text.charAt(at) == wanted;
    }

    private void expect(char wanted) throws Unreadable {
        if (!isNext(wanted)) {
            throw none();
        }
        at++;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private Unreadable none() {
        return new Unreadable("no JSON at character " + (at + 1));
    }
}
