package dev.lockstep.cli.help;

import dev.lockstep.cli.completion.NamesCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What each command answers programs, field by field: the one source of {@code lockstep help json} and of the JSON Schemas.
 *
 * <p>It is read from {@code outputs.txt}. A line at the margin is a command, or after {@code =} the name of a shape that
 * several have. Below it stand fields, two blanks in for each level: name, type, meaning. A name with {@code ?} is one that
 * may be absent. After {@code *} stands the type of a record that {@code -o jsonl} prints. A shape alone on a line stands
 * for its fields.
 *
 * <p>A type is one or more of these, between bars: {@code text}, {@code flag}, {@code time} (RFC 3339 in UTC), {@code key}
 * (64 bits, as text), {@code integer}, {@code number}, {@code count}, {@code bytes}, {@code ms} and {@code us} (whole, and
 * not negative), {@code any}, {@code map} (an object with any names), {@code null}, <code>{}</code> (an object of the fields
 * below), {@code []} (a list of such), {@code [TYPE]}, {@code =SHAPE}; any other word is itself a value.
 */
final class OutputCatalog {
    private static final Pattern RECORD = Pattern.compile("( +)\\* (\\S+) +(.+)");
    private static final Pattern FIELD = Pattern.compile("( +)(\\S+)(?: +(\\S+) +(.+))?");

    /**
     * A field, a record, or a command.
     *
     * @param name without the mark of what may be absent
     * @param type {@code *} for a record
     * @param fields of the object, or of each in the list
     */
    record Field(String name, Presence presence, String type, String meaning, List<Field> fields) {
        boolean isRecord() {
            return type.equals("*");
        }

        /** What is in an object: no records. */
        List<Field> data() {
            return fields.stream().filter(field -> !field.isRecord()).toList();
        }

        List<Field> records() {
            return fields.stream().filter(Field::isRecord).toList();
        }
    }

    /** Whether a field is in each object. */
    enum Presence {
        ALWAYS,
        SOMETIMES
    }

    private final Map<String, Field> commands = new LinkedHashMap<>();
    private final Map<String, Field> shapes = new LinkedHashMap<>();

    private OutputCatalog() {}

    static OutputCatalog read() {
        OutputCatalog catalog = new OutputCatalog();
        Deque<Field> open = new ArrayDeque<>();
        for (String line : text().lines().toList()) {
            if (!line.isEmpty()) {
                catalog.line(line, open);
            }
        }
        return catalog;
    }

    /** Each command, as it is typed; those that people do not type among them. */
    Map<String, Field> commands() {
        return commands;
    }

    /** Each command that people type. */
    List<String> typed() {
        return commands.keySet().stream()
                .filter(path -> !path.equals(NamesCommand.PATH))
                .toList();
    }

    /** What several have, by name. */
    Map<String, Field> shapes() {
        return shapes;
    }

    private void line(String line, Deque<Field> open) {
        if (!line.startsWith(" ")) {
            boolean isShape = line.startsWith("=");
            Field head = new Field(isShape ? line.substring(1) : line, Presence.ALWAYS, "{}", "", new ArrayList<>());
            (isShape ? shapes : commands).put(head.name(), head);
            open.clear();
            open.push(head);
            return;
        }
        Matcher record = RECORD.matcher(line);
        boolean isRecord = record.matches();
        Matcher parts = isRecord ? record : FIELD.matcher(line);
        if (!parts.matches()) {
            throw new IllegalStateException("not a field: " + line);
        }
        int level = parts.group(1).length() / 2;
        while (open.size() > level) {
            open.pop();
        }
        Field parent = open.element();
        if (!isRecord && parts.group(3) == null) {
            parent.fields().addAll(shapes.get(parts.group(2).substring(1)).fields());
            return;
        }
        Field field = isRecord
                ? new Field(parts.group(2), Presence.SOMETIMES, "*", parts.group(3), new ArrayList<>())
                : field(parts.group(2), parts.group(3), parts.group(4));
        parent.fields().add(field);
        open.push(field);
    }

    private static Field field(String name, String type, String meaning) {
        boolean isOptional = name.endsWith("?");
        return new Field(
                isOptional ? name.substring(0, name.length() - 1) : name,
                isOptional ? Presence.SOMETIMES : Presence.ALWAYS,
                type,
                meaning,
                new ArrayList<>());
    }

    private static String text() {
        try (InputStream in = OutputCatalog.class.getResourceAsStream("outputs.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
