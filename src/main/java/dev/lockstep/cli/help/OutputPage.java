package dev.lockstep.cli.help;

import dev.lockstep.cli.help.OutputCatalog.Field;
import dev.lockstep.cli.help.OutputCatalog.Presence;
import java.util.ArrayList;
import java.util.List;

/** What commands answer programs, told to people: path, type or unit, and meaning of each field. */
final class OutputPage {
    private static final String INTRODUCTION = """
            With -o json a command prints one object, with -o jsonl records and the same object as the last line:\
             lockstep help output. Below is the data of each, and its records. A field in parentheses may be absent;\
             all others are there unless the command fails. What follows -n is of the same form. With --if-running\
             skip the data is {"skipped":true} while another run is active.""";
    private static final String MORE = """
            lockstep help json COMMAND shows that of one command, lockstep help json --schema [COMMAND] prints it as a JSON\
             Schema; share/output.schema.json in the package is that of all. Fields are added, and none is taken away.""";

    private final OutputCatalog catalog = OutputCatalog.read();
    private final List<String> lines = new ArrayList<>();
    private final int width;

    private OutputPage(int width) {
        this.width = Math.max(width, 20);
    }

    /** Of these commands, as they are typed. */
    static String of(List<String> paths, int width) {
        OutputPage page = new OutputPage(width);
        for (String path : paths) {
            page.command(path);
        }
        return page.text();
    }

    /** The same with what is true of all. */
    static String ofAll(List<String> paths, int width) {
        OutputPage page = new OutputPage(width);
        page.lines.add("JSON");
        page.lines.addAll(Paragraph.lines(INTRODUCTION, page.width, "  ", "  "));
        page.lines.add("");
        page.lines.addAll(Paragraph.lines(MORE, page.width, "  ", "  "));
        for (String path : paths) {
            page.lines.add("");
            page.command(path);
        }
        return page.text();
    }

    private String text() {
        return String.join("\n", lines) + "\n";
    }

    private void command(String path) {
        lines.add(path);
        Field command = catalog.commands().get(path);
        if (command.fields().isEmpty()) {
            lines.add("  nothing");
        }
        command.data().forEach(field -> field(field, "", "  "));
        for (Field record : command.records()) {
            String name = "{\"type\":\"" + record.name() + "\"}";
            lines.addAll(Paragraph.lines(name + " " + record.meaning(), width, "  ", "      "));
            record.data().forEach(field -> field(field, "", "    "));
        }
    }

    private void field(Field field, String within, String indent) {
        String path = within + field.name();
        boolean isList = field.type().startsWith("[");
        String shown = isList ? path + "[]" : path;
        String name = field.presence() == Presence.SOMETIMES ? "(" + shown + ")" : shown;
        String said = name + " " + type(field.type()) + ": " + field.meaning();
        lines.addAll(Paragraph.lines(said, width, indent, indent + "    "));
        fields(field).forEach(inner -> field(inner, shown + ".", indent));
    }

    /** Those of the object, or of each in the list, by whichever name. */
    private List<Field> fields(Field field) {
        List<Field> fields = new ArrayList<>(field.data());
        String type = field.type().startsWith("[")
                ? field.type().substring(1, field.type().length() - 1)
                : field.type();
        for (String one : type.split("\\|", -1)) {
            if (one.startsWith("=")) {
                for (Field inner : catalog.shapes().get(one.substring(1)).data()) {
                    if (fields.stream().noneMatch(known -> known.name().equals(inner.name()))) {
                        fields.add(inner);
                    }
                }
            }
        }
        return fields;
    }

    private static String type(String type) {
        if (type.startsWith("[")) {
            String each = type.substring(1, type.length() - 1);
            return each.isEmpty() || each.startsWith("=") ? "list" : "list of " + type(each);
        }
        List<String> words = new ArrayList<>();
        for (String one : type.split("\\|", -1)) {
            words.add(word(one));
        }
        return String.join(" or ", words);
    }

    private static String word(String type) {
        return switch (type) {
            case "flag" -> "true or false";
            case "time" -> "text, RFC 3339 in UTC";
            case "key" -> "text, a 64-bit number";
            case "integer", "number" -> "number";
            case "count" -> "number";
            case "bytes" -> "number, bytes";
            case "ms" -> "number, milliseconds";
            case "us" -> "number, microseconds";
            case "any" -> "anything";
            case "map", "{}" -> "object";
            default -> type.startsWith("=") ? "object" : type;
        };
    }
}
