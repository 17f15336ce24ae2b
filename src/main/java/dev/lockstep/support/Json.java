package dev.lockstep.support;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON text to a tree and back. A tree is made of {@code Map<String, Object>} (in the order of the text), {@code List},
 * {@code String}, {@code Long}, {@code Double}, {@code Boolean} and null.
 *
 * <p>Text is written as JavaScript's {@code JSON.stringify} writes it, byte for byte: applications that keep their state
 * in JSON find in ours nothing but their own.
 */
public final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
            .build();

    private Json() {}

    /**
     * One line of compact JSON. Any whole {@code Number} is written as such, and any {@code Collection} as an array.
     *
     * @throws IllegalArgumentException for anything that no tree is made of, NaN and the infinities among it
     */
    public static String write(Object tree) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(text)) {
            write(tree, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** The same for people: two blanks for each level, and a line feed at the end. */
    public static String pretty(Object tree) {
        StringWriter text = new StringWriter();
        DefaultIndenter indent = new DefaultIndenter("  ", "\n");
        Separators separators =
                Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER);
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(separators);
        printer.indentArraysWith(indent);
        printer.indentObjectsWith(indent);
        try (JsonGenerator out = FACTORY.createGenerator(text).setPrettyPrinter(printer)) {
            write(tree, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text + "\n";
    }

    /**
     * The tree that the text says.
     *
     * @throws LockstepException usage: not one JSON value, a name twice in an object, or a whole number over 64 bits; with line:col
     */
    public static Object parse(String text) {
        try (JsonParser in = FACTORY.createParser(text)) {
            if (in.nextToken() == null) {
                throw bad(in.currentLocation(), "empty, a JSON value was expected");
            }
            Object tree = read(in);
            if (in.nextToken() != null) {
                throw bad(in.currentTokenLocation(), "something follows the JSON value");
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw bad(e.getLocation(), firstLine(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Where the value stands that a path of names and indexes leads to, as line:col; of a member of an object, where its
     * name stands. The text must parse and the path must lead somewhere.
     */
    public static String place(String text, List<?> path) {
        try (JsonParser in = FACTORY.createParser(text)) {
            in.nextToken();
            for (Object step : path) {
                enter(in, step);
            }
            JsonLocation at = in.currentTokenLocation();
            return at.getLineNr() + ":" + at.getColumnNr();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void enter(JsonParser in, Object step) throws IOException {
        if (in.currentToken() == JsonToken.FIELD_NAME) {
            in.nextToken();
        }
        in.nextToken();
        if (step instanceof Integer index) {
            for (int i = 0; i < index; i++) {
                in.skipChildren();
                in.nextToken();
            }
            return;
        }
        while (!in.currentName().equals(step)) {
            in.nextToken();
            in.skipChildren();
            in.nextToken();
        }
    }

    private static void write(Object tree, JsonGenerator out) throws IOException {
        if (tree == null) {
            out.writeNull();
        } else if (tree instanceof String string) {
            out.writeString(string);
        } else if (tree instanceof Boolean flag) {
            out.writeBoolean(flag);
        } else if (tree instanceof Long || tree instanceof Integer || tree instanceof Short) {
            out.writeNumber(((Number) tree).longValue());
        } else if (tree instanceof Double number && Double.isFinite(number)) {
            out.writeNumber(number);
        } else if (tree instanceof Map<?, ?> map) {
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.writeFieldName((String) entry.getKey());
                write(entry.getValue(), out);
            }
            out.writeEndObject();
        } else if (tree instanceof Collection<?> list) {
            out.writeStartArray();
            for (Object element : list) {
                write(element, out);
            }
            out.writeEndArray();
        } else {
            throw new IllegalArgumentException("not a part of a JSON tree: " + tree.getClass() + " " + tree);
        }
    }

    private static Object read(JsonParser in) throws IOException {
        return switch (in.currentToken()) {
            case START_OBJECT -> object(in);
            case START_ARRAY -> array(in);
            case VALUE_STRING -> in.getText();
            case VALUE_NUMBER_INT -> whole(in);
            case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                throw new IllegalStateException("not the start of a value: " + in.currentToken());
        };
    }

    private static Map<String, Object> object(JsonParser in) throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
            in.nextToken();
            map.put(name, read(in));
        }
        return map;
    }

    private static List<Object> array(JsonParser in) throws IOException {
        List<Object> list = new ArrayList<>();
        while (!in.nextToken().isStructEnd()) {
            list.add(read(in));
        }
        return list;
    }

    private static Long whole(JsonParser in) throws IOException {
        try {
            return in.getLongValue();
        } catch (InputCoercionException e) {
            throw bad(in.currentTokenLocation(), "a whole number over 64 bits: " + in.getText());
        }
    }

    private static LockstepException bad(JsonLocation at, String what) {
        return LockstepException.usage(at.getLineNr() + ":" + at.getColumnNr() + ": " + what, null);
    }

    private static String firstLine(JsonProcessingException e) {
        String message = e.getOriginalMessage();
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
