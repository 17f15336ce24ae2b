package dev.lockstep.cli.mirror;

import dev.lockstep.cli.html.HtmlReport;
import dev.lockstep.cli.html.HtmlReport.Cell;
import dev.lockstep.mirror.plan.NotMirrored;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How what a mirror does not get is told: each by name, or in one line. */
final class NotMirroredReport {
    /** Kinds of which each is named in one line: what people would look for as a table. */
    private static final List<String> NAMED = List.of("virtual-table", "view");

    private NotMirroredReport() {}

    static List<Object> tree(List<NotMirrored> things) {
        List<Object> trees = new ArrayList<>();
        for (NotMirrored thing : things) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("kind", thing.kind());
            tree.put("name", thing.name());
            tree.put("reason", thing.reason());
            trees.add(tree);
        }
        return trees;
    }

    static List<String> lines(List<NotMirrored> things) {
        List<String> lines = new ArrayList<>();
        things.forEach(thing ->
                lines.add("not mirrored: " + words(thing.kind()) + " " + thing.name() + ": " + thing.reason()));
        return lines;
    }

    /** A table of each by name; nothing if there is none. */
    static void html(HtmlReport html, List<NotMirrored> things) {
        if (!things.isEmpty()) {
            html.heading("Not mirrored");
            html.table(
                    List.of("kind", "name", "why"),
                    things.stream()
                            .map(thing -> List.of(
                                    Cell.text(words(thing.kind())), Cell.text(thing.name()), Cell.text(thing.reason())))
                            .toList());
        }
    }

    /** {@code not mirrored: virtual table notes_fts, view v, 3 indexes}; empty if there is nothing. */
    static String line(List<NotMirrored> things) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        List<String> parts = new ArrayList<>();
        for (NotMirrored thing : things) {
            if (NAMED.contains(thing.kind())) {
                parts.add(words(thing.kind()) + " " + thing.name());
            } else {
                counts.merge(thing.kind(), 1, Integer::sum);
            }
        }
        counts.forEach((kind, count) -> parts.add(count + " " + (count == 1 ? words(kind) : plural(words(kind)))));
        return parts.isEmpty() ? "" : "not mirrored: " + String.join(", ", parts);
    }

    private static String words(String kind) {
        return kind.replace('-', ' ');
    }

    private static String plural(String word) {
        if (word.endsWith("x")) {
            return word + "es";
        }
        return word.endsWith("identity") ? "identities" : word + "s";
    }
}
