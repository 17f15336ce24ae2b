package dev.lockstep.db;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The statements of a {@code .sql} resource. A statement ends with a semicolon at the end of a line, outside of {@code $$}. */
public final class SqlScript {
    private SqlScript() {}

    /**
     * Reads a resource.
     *
     * @param beside the class in whose package it is
     */
    public static List<String> statements(Class<?> beside, String name) {
        String text;
        try (InputStream in = beside.getResourceAsStream(name)) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> statements = new ArrayList<>();
        StringBuilder statement = new StringBuilder();
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("--")) {
                continue;
            }
            statement.append(line).append('\n');
            if (line.endsWith(";") && !isQuoted(statement)) {
                statements.add(statement.toString().strip());
                statement.setLength(0);
            }
        }
        return statements;
    }

    /** Whether what follows is still in the body of a function. */
    private static boolean isQuoted(StringBuilder statement) {
        int quotes = 0;
        for (int at = statement.indexOf("$$"); at >= 0; at = statement.indexOf("$$", at + 2)) {
            quotes++;
        }
        return quotes % 2 == 1;
    }
}
