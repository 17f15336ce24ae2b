package dev.lockstep.cli.help;

import dev.lockstep.cli.help.OutputCatalog.Field;
import dev.lockstep.cli.help.OutputCatalog.Presence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The JSON Schema (2020-12) of what commands print with {@code -o json} and {@code -o jsonl}, as a JSON tree. A line that
 * has a field which is not declared is not valid.
 */
public final class OutputSchema {
    private static final String REFERENCE = "#/$defs/";
    private static final String SKIPPED = "skipped";
    private static final String KEY = "^-?[0-9]+$";
    private static final String TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?Z$";

    private final OutputCatalog catalog = OutputCatalog.read();
    private final Map<String, Object> definitions = new LinkedHashMap<>();

    private OutputSchema() {}

    /** Of each line that any command prints. */
    public static Map<String, Object> ofAll() {
        OutputSchema schema = new OutputSchema();
        Set<String> paths = new LinkedHashSet<>(Set.of("lockstep"));
        for (String path : schema.catalog.commands().keySet()) {
            // What is wrong may be wrong before the verb is known.
            paths.add(path.split(" ", 2)[0]);
            paths.add(path);
        }
        List<Object> envelopes = new ArrayList<>();
        Map<String, List<Object>> records = new LinkedHashMap<>();
        for (String path : paths) {
            Field command = schema.command(path);
            envelopes.add(ordered(
                    "if",
                    Map.of("properties", Map.of("schema", Map.of("const", name(path)))),
                    "then",
                    reference(schema.define(path, command))));
            for (Field record : command.records()) {
                records.computeIfAbsent(record.name(), type -> new ArrayList<>())
                        .add(reference(definition(path) + '.' + record.name()));
            }
        }
        Map<String, Object> envelope = ordered(
                "properties",
                Map.of(
                        "schema",
                        Map.of("enum", paths.stream().map(OutputSchema::name).toList())),
                "allOf",
                envelopes);
        Map<String, Object> record = ordered("required", List.of("type"), "allOf", dispatched(records));
        return schema.document(
                "What lockstep prints with -o json, and each line that it prints with -o jsonl",
                ordered("if", Map.of("required", List.of("schema")), "then", envelope, "else", record));
    }

    /** Of each line that one command prints; its path as it is typed. */
    static Map<String, Object> of(String path) {
        OutputSchema schema = new OutputSchema();
        Field command = schema.command(path);
        Map<String, Object> root = reference(schema.define(path, command));
        if (!command.records().isEmpty()) {
            Map<String, List<Object>> records = new LinkedHashMap<>();
            for (Field record : command.records()) {
                records.put(record.name(), List.of(reference(definition(path) + '.' + record.name())));
            }
            root = ordered(
                    "if",
                    Map.of("required", List.of("schema")),
                    "then",
                    root,
                    "else",
                    ordered("required", List.of("type"), "allOf", dispatched(records)));
        }
        String lines = command.records().isEmpty() ? "" : ", and each line that it prints with -o jsonl";
        return schema.document("What lockstep " + path + " prints with -o json" + lines, root);
    }

    private static List<Object> dispatched(Map<String, List<Object>> records) {
        List<Object> all = new ArrayList<>();
        all.add(Map.of("properties", Map.of("type", Map.of("enum", List.copyOf(records.keySet())))));
        records.forEach((type, references) -> all.add(ordered(
                "if",
                Map.of("properties", Map.of("type", Map.of("const", type))),
                "then",
                references.size() == 1 ? references.get(0) : Map.of("anyOf", references))));
        return all;
    }

    private Map<String, Object> document(String title, Map<String, Object> root) {
        Map<String, Object> document =
                ordered("$schema", "https://json-schema.org/draft/2020-12/schema", "title", title);
        document.putAll(root);
        document.put("$defs", definitions);
        return document;
    }

    /** One that only says what is wrong, where there is no command yet. */
    private Field command(String path) {
        return catalog.commands().getOrDefault(path, new Field(path, Presence.ALWAYS, "{}", "", List.of()));
    }

    private static String name(String path) {
        return "lockstep/" + definition(path) + "/1";
    }

    private static String definition(String path) {
        return path.replace(' ', '.');
    }

    private String define(String path, Field command) {
        String name = definition(path);
        List<Object> events = new ArrayList<>();
        for (Field record : command.records()) {
            String of = name + '.' + record.name();
            Map<String, Object> fields = ordered("type", Map.of("const", record.name()));
            fields.putAll(properties(record.data()));
            List<String> required = new ArrayList<>(List.of("type"));
            required.addAll(required(record.data()));
            definitions.put(of, object(fields, required, record.meaning()));
            events.add(reference(of));
        }
        Map<String, Object> data = properties(command.data());
        if (!events.isEmpty()) {
            data.put("events", ordered("type", "array", "items", Map.of("anyOf", events)));
        }
        data.put(SKIPPED, ordered("const", true, "description", "With --if-running skip: another run is active."));
        definitions.put(name, envelope(path, data, required(command.data())));
        return name;
    }

    /** What was answered is whole, unless the command has failed on the way, or had nothing to do. */
    private static Map<String, Object> envelope(String path, Map<String, Object> data, List<String> required) {
        Map<String, Object> fields = ordered("type", Map.of("const", "summary"));
        fields.put("schema", Map.of("const", name(path)));
        fields.put("ok", ordered("type", "boolean", "description", "Whether exitCode is 0."));
        fields.put("exitCode", ordered("type", "integer", "minimum", 0, "maximum", 255));
        fields.put("command", Map.of("const", path.equals("lockstep") ? "" : path));
        fields.put("changed", ordered("type", "boolean", "description", "Whether anything is different now."));
        fields.put("dryRun", ordered("type", "boolean", "description", "Whether -n was given."));
        fields.put("durationMs", ordered("type", "integer", "minimum", 0));
        fields.put("data", object(data, List.of(), "The answer."));
        Map<String, Object> text = Map.of("type", "string");
        Map<String, Object> warning =
                object(ordered("code", text, "message", text), List.of("code", "message"), "Worth knowing.");
        fields.put("warnings", ordered("type", "array", "items", warning));
        fields.put("error", error(text));
        List<String> all = new ArrayList<>(fields.keySet());
        all.remove("type");
        Map<String, Object> envelope = object(fields, all, "The one object, or the last line.");
        if (!required.isEmpty()) {
            Map<String, Object> answered = ordered("minProperties", 1, "not", Map.of("required", List.of(SKIPPED)));
            envelope.put("if", Map.of("properties", ordered("error", Map.of("type", "null"), "data", answered)));
            envelope.put("then", Map.of("properties", Map.of("data", Map.of("required", required))));
        }
        return envelope;
    }

    private static Map<String, Object> error(Map<String, Object> text) {
        Map<String, Object> fields = ordered("code", text, "message", text);
        fields.put("hint", ordered("type", List.of("string", "null"), "description", "What to try."));
        fields.put("sqlState", Map.of("type", List.of("string", "null")));
        fields.put("retryable", ordered("type", "boolean", "description", "Whether the same may work later."));
        Map<String, Object> error = object(fields, List.copyOf(fields.keySet()), "What went wrong; null for nothing.");
        error.put("type", List.of("object", "null"));
        return error;
    }

    private Map<String, Object> properties(List<Field> fields) {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Field field : fields) {
            Map<String, Object> schema = new LinkedHashMap<>(type(field.type(), field));
            schema.put("description", field.meaning());
            properties.put(field.name(), schema);
        }
        return properties;
    }

    private static List<String> required(List<Field> fields) {
        return fields.stream()
                .filter(field -> field.presence() == Presence.ALWAYS)
                .map(Field::name)
                .toList();
    }

    private static Map<String, Object> object(Map<String, Object> fields, List<String> required, String meaning) {
        Map<String, Object> object = ordered("type", "object");
        if (!meaning.isEmpty()) {
            object.put("description", meaning);
        }
        object.put("properties", fields);
        if (!required.isEmpty()) {
            object.put("required", required);
        }
        object.put("additionalProperties", false);
        return object;
    }

    /** A list of types of which one is a list is none of them: no field has that. */
    private Map<String, Object> type(String type, Field field) {
        if (type.equals("[]")) {
            return ordered("type", "array", "items", object(properties(field.data()), required(field.data()), ""));
        }
        if (type.startsWith("[")) {
            return ordered("type", "array", "items", type(type.substring(1, type.length() - 1), field));
        }
        List<Map<String, Object>> kinds = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        for (String one : type.split("\\|", -1)) {
            Map<String, Object> kind = kind(one, field);
            if (kind == null) {
                values.add(one);
            } else {
                kinds.add(kind);
            }
        }
        if (!values.isEmpty()) {
            kinds.add(0, Map.of("enum", values));
        }
        return kinds.size() == 1 ? kinds.get(0) : Map.of("anyOf", kinds);
    }

    /** Null for a word that is itself a value. */
    private Map<String, Object> kind(String type, Field field) {
        return switch (type) {
            case "text" -> Map.of("type", "string");
            case "flag" -> Map.of("type", "boolean");
            case "time" -> ordered("type", "string", "format", "date-time", "pattern", TIME);
            case "key" -> ordered("type", "string", "pattern", KEY);
            case "integer" -> Map.of("type", "integer");
            case "number" -> Map.of("type", "number");
            case "count", "bytes", "ms", "us" -> ordered("type", "integer", "minimum", 0);
            case "null" -> Map.of("type", "null");
            case "map" -> Map.of("type", "object");
            case "any" -> Map.of();
            case "{}" -> object(properties(field.data()), required(field.data()), field.meaning());
            default -> type.startsWith("=") ? shape(type.substring(1)) : null;
        };
    }

    private Map<String, Object> shape(String name) {
        String definition = "shape-" + name;
        if (!definitions.containsKey(definition)) {
            List<Field> fields = catalog.shapes().get(name).data();
            definitions.put(definition, object(properties(fields), required(fields), ""));
        }
        return reference(definition);
    }

    private static Map<String, Object> reference(String definition) {
        return Map.of("$ref", REFERENCE + definition);
    }

    /** In this order, which people read. */
    private static Map<String, Object> ordered(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
