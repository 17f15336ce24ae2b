package dev.lockstep.mirror.proof;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What JSON means to a verification: values by their kind, numbers by their size, the members of an object in one order. */
final class VerifiedJson {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(10_000)
                    .build())
            .build();

    private VerifiedJson() {}

    /** Two texts that mean the same have the same meaning, and no others have; empty if it is no JSON. */
    static Optional<byte[]> meaning(String text) {
        try (JsonParser in = FACTORY.createParser(text)) {
            if (in.nextToken() == null) {
                return Optional.empty();
            }
            String meaning = value(in);
            return in.nextToken() == null ? Optional.of(meaning.getBytes(StandardCharsets.UTF_8)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String value(JsonParser in) throws IOException {
        return switch (in.currentToken()) {
            case START_OBJECT -> object(in);
            case START_ARRAY -> array(in);
            case VALUE_STRING -> text(in.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(in.getDecimalValue());
            case VALUE_TRUE, VALUE_FALSE, VALUE_NULL -> in.getText();
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                throw new IOException("no value");
        };
    }

    private static String object(JsonParser in) throws IOException {
        List<String> members = new ArrayList<>();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = text(in.currentName());
            in.nextToken();
            members.add(name + ":" + value(in));
        }
        Collections.sort(members);
        return "{" + String.join(",", members) + "}";
    }

    private static String array(JsonParser in) throws IOException {
        List<String> elements = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            elements.add(value(in));
        }
        return "[" + String.join(",", elements) + "]";
    }

    private static String text(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String number(BigDecimal number) {
        return (number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros()).toString();
    }
}
