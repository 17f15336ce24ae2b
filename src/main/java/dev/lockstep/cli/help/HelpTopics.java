package dev.lockstep.cli.help;

import dev.lockstep.profile.Profile;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.outbox.OutboxSchema;
import dev.lockstep.support.Json;
import dev.lockstep.transpile.schema.CacheSchema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What {@code lockstep help} says beside the commands. A topic is plain text: headings at the margin, paragraphs and lists
 * two blanks in, and what is to be copied six blanks in. Man pages are made of the same. What is to be granted is a script
 * for the database's client.
 */
public final class HelpTopics {
    /** The topics, in the order in which help names them. */
    public static final List<String> NAMES = List.of(
            "exit-codes",
            "connections",
            "output",
            "json",
            "environment",
            "profile-format",
            "protocol",
            "relay",
            "grants-postgresql",
            "grants-mariadb");

    private HelpTopics() {}

    public static String text(String topic) {
        return switch (topic) {
            case "profile-format" -> profileFormat();
            case "json" -> OutputPage.ofAll(OutputCatalog.read().typed(), HelpPage.COLUMNS);
            case "protocol" ->
                resource(HelpTopics.class, "protocol.txt")
                        .replace("${transpile}", indented(resource(CacheSchema.class, "schema.sql")))
                        .replace("${realm}", indented(resource(InvalidationLog.class, "schema.sql")))
                        .replace("${outbox}", indented(resource(OutboxSchema.class, "schema.sql")))
                        .replace("${lockstep}.", "");
            default -> resource(HelpTopics.class, topic + ".txt");
        };
    }

    /** The same for a terminal of this width; a script stays as it is. */
    static String text(String topic, int width) {
        return width >= HelpPage.COLUMNS || topic.startsWith("grants-")
                ? text(topic)
                : NarrowText.fold(text(topic), width);
    }

    private static String indented(String text) {
        StringBuilder indented = new StringBuilder("\n");
        text.lines().forEach(line -> indented.append(line.isEmpty() ? "" : "      " + line)
                .append('\n'));
        return indented.toString();
    }

    /** The JSON Schema, told in words. */
    private static String profileFormat() {
        StringBuilder text = new StringBuilder("""
                PROFILES
                  A profile is a JSON document that says which tables, columns, keys and triggers
                  an application has. boxel, cadt-v1 and cadt-v2 are built in; --profile takes
                  one of these names or a file. lockstep profile show NAME prints one as a
                  pattern, lockstep profile init writes one by looking at a database, and
                  lockstep profile schema prints the JSON Schema of what follows. A key that is
                  not listed here is an error, which names the line and the nearest key.

                KEYS
                """);
        keys(text, "", (Map<?, ?>) Json.parse(Profile.schema()));
        return text.append("""

                EXAMPLE
                      {
                        "name": "notes",
                        "description": "Our notes.",
                        "connections": {"db": "/var/lib/notes/notes.db"},
                        "fts": {"tables": [{"fts": "note_fts", "base": "note"}]}
                      }
                """).toString();
    }

    private static void keys(StringBuilder text, String path, Map<?, ?> schema) {
        if (schema.get("items") instanceof Map<?, ?> items) {
            keys(text, path + "[]", items);
        }
        if (!(schema.get("properties") instanceof Map<?, ?> properties)) {
            return;
        }
        List<?> required = schema.get("required") instanceof List<?> list ? list : List.of();
        for (Map.Entry<?, ?> property : properties.entrySet()) {
            Map<?, ?> value = (Map<?, ?>) property.getValue();
            String name = path.isEmpty() ? (String) property.getKey() : path + "." + property.getKey();
            text.append("  ").append(name).append(" (").append(value.get("type"));
            text.append(required.contains(property.getKey()) ? ", required)\n" : ")\n");
            text.append("      ").append(value.get("description")).append('\n');
            keys(text, name, value);
        }
    }

    private static String resource(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
