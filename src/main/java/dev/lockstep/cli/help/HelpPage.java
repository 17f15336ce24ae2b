package dev.lockstep.cli.help;

import dev.lockstep.cli.kit.CommandTree;
import dev.lockstep.cli.option.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The help of a command, of a noun or of all, for a terminal of some width.
 *
 * <p>The short page has at most {@value #MOST_LINES} lines where a line has 80 columns or more: options that mean the same
 * everywhere are only named, and of the others as much is said as there is room for: all, or the first sentence, or what
 * stands before its first semicolon, colon or parenthesis, or as much of that as fits one line. The whole page says everything.
 */
public final class HelpPage {
    /** How long a short page may be. */
    public static final int MOST_LINES = 40;

    /** Of a terminal that does not say how wide it is, and of what is no terminal. */
    public static final int COLUMNS = 80;

    /** Below this, what is said of an option stands under its name. */
    private static final int NARROW = 60;

    /** How much is said of an option or a command, from all to little. */
    private enum Detail {
        ALL,
        SENTENCE,
        CLAUSE,
        LINE;

        String shortened(String text) {
            return switch (this) {
                case ALL -> text;
                case SENTENCE -> sentence(text);
                case CLAUSE, LINE -> clause(text);
            };
        }

        Detail less() {
            return this == ALL ? SENTENCE : this == SENTENCE ? CLAUSE : LINE;
        }
    }

    private final CommandSpec spec;
    private final String path;
    private final int width;

    /** How many lines are left for what does not fit one. */
    private int spare;

    /** @param words the command, as it is typed; none for the help of all */
    private HelpPage(CommandTree tree, List<String> words, int width) {
        this.spec = tree.spec(words);
        this.path = String.join(" ", words);
        this.width = Math.max(width, 20);
    }

    /**
     * The page that fits a screen.
     *
     * @param words the command, as it is typed; none for the help of all
     * @throws dev.lockstep.support.LockstepException usage: there is no such command
     */
    public static String brief(CommandTree tree, List<String> words, int width) {
        HelpPage page = new HelpPage(tree, words, Math.max(width, COLUMNS));
        Detail most = Detail.ALL;
        while (most != Detail.LINE && page.lines(most, true).size() > MOST_LINES) {
            most = most.less();
        }
        HelpPage shown = new HelpPage(tree, words, width);
        shown.spare = most == Detail.LINE ? MOST_LINES - page.lines(most, true).size() : 0;
        return joined(shown.lines(most, true));
    }

    /** The page with all that there is to say. */
    public static String whole(CommandTree tree, List<String> words, int width) {
        return joined(new HelpPage(tree, words, width).lines(Detail.ALL, false));
    }

    private List<String> lines(Detail detail, boolean folded) {
        List<String> lines = new ArrayList<>();
        String description = String.join(" ", spec.usageMessage().description());
        lines.addAll(Paragraph.lines("Usage: " + synopsis(), width, "", "       "));
        lines.addAll(Paragraph.lines(description, width, "", ""));
        List<Entry> commands = new ArrayList<>();
        for (Map.Entry<String, CommandLine> command : spec.subcommands().entrySet()) {
            CommandSpec named = command.getValue().getCommandSpec();
            commands.add(new Entry(
                    "  " + command.getKey(),
                    String.join(" ", named.usageMessage().description())));
        }
        section(lines, "Commands:", commands, detail);
        List<Entry> options = new ArrayList<>();
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            options.add(new Entry("      " + parameter.paramLabel(), described(parameter)));
        }
        for (OptionSpec option : spec.options()) {
            if (!folded || !Options.isEverywhere(option)) {
                options.add(new Entry("  " + names(option), described(option)));
            }
        }
        section(lines, "Options:", options, detail);
        List<String> examples = Examples.of(path.isEmpty() ? "lockstep" : path);
        if (!examples.isEmpty()) {
            lines.add("Examples:");
            examples.forEach(example -> lines.addAll(Paragraph.command(example, width)));
        }
        lines.addAll(folded ? foot(detail) : List.of());
        return lines;
    }

    /** Where there is more. */
    private List<String> foot(Detail detail) {
        List<String> foot = new ArrayList<>();
        named(foot, "Connection options", " (lockstep help connections)", Options::isConnection, detail);
        named(foot, "Common options", " (lockstep help output)", Options::isCommon, detail);
        if (path.isEmpty()) {
            for (String line : spec.usageMessage().footer()) {
                foot.addAll(Paragraph.lines(line, width, "", ""));
            }
        } else if (spec.subcommands().isEmpty()) {
            String all = detail == Detail.ALL ? "" : "All of this page: lockstep help --all " + path;
            foot.addAll(all.isEmpty() ? List.of() : Paragraph.lines(all, width, "", "  "));
        } else {
            foot.addAll(Paragraph.lines("More: lockstep help " + path + " COMMAND", width, "", "  "));
        }
        return foot;
    }

    private void named(List<String> foot, String what, String where, Predicate<OptionSpec> which, Detail detail) {
        List<String> names = spec.options().stream()
                .filter(which)
                .map(OptionSpec::longestName)
                .toList();
        if (!names.isEmpty()) {
            String all = detail == Detail.LINE ? "" : ": " + String.join(" ", names);
            foot.addAll(Paragraph.lines(what + where + all, width, "", "  "));
        }
    }

    private String synopsis() {
        StringBuilder synopsis = new StringBuilder("lockstep").append(path.isEmpty() ? "" : " " + path);
        if (!spec.subcommands().isEmpty()) {
            return synopsis.append(" COMMAND").toString();
        }
        synopsis.append(" [OPTIONS]");
        spec.positionalParameters().forEach(parameter -> synopsis.append(' ').append(parameter.paramLabel()));
        return synopsis.toString();
    }

    /** The name to the left, what it is to the right; in a narrow terminal below it. */
    private void section(List<String> lines, String heading, List<Entry> entries, Detail detail) {
        if (entries.isEmpty()) {
            return;
        }
        lines.add(heading);
        int widest =
                entries.stream().mapToInt(entry -> entry.name().length()).max().orElse(0);
        int column = width < NARROW ? 8 : Math.min(widest + 2, 29);
        for (Entry entry : entries) {
            lines.addAll(entry(entry.name(), detail.shortened(entry.text()), column, detail));
        }
    }

    private List<String> entry(String name, String text, int column, Detail detail) {
        List<String> lines = new ArrayList<>();
        String indent = " ".repeat(column);
        boolean beside = width >= NARROW && (name.length() + 2 <= column || detail == Detail.LINE);
        if (!beside) {
            lines.add(name);
        }
        String first = beside ? (name + indent).substring(0, Math.max(column, name.length() + 2)) : indent;
        List<String> whole = Paragraph.lines(text, width, first, indent);
        if (detail == Detail.LINE && beside && whole.size() > 1 + spare) {
            String cut = text.substring(0, Math.max(text.lastIndexOf(' ', width - first.length() - 2), 0));
            return List.of(first + cut + " …");
        }
        spare -= detail == Detail.LINE ? whole.size() - 1 : 0;
        lines.addAll(whole);
        return lines;
    }

    private static String names(OptionSpec option) {
        String names = String.join(", ", option.names());
        String label = option.paramLabel();
        boolean flag = option.arity().max() == 0;
        String value = flag ? "" : option.arity().min() == 0 ? "[=" + label + "]" : "=" + label;
        return (option.shortestName().startsWith("--") ? "    " : "") + names + value;
    }

    private static String described(ArgSpec arg) {
        return String.join(" ", arg.description()).replace("%%", "%");
    }

    private static String sentence(String text) {
        int end = text.indexOf(". ");
        return end < 0 ? text : text.substring(0, end + 1);
    }

    private static String clause(String text) {
        String sentence = sentence(text);
        int end = sentence.length();
        for (String mark : List.of("; ", ": ", " (")) {
            int at = sentence.indexOf(mark);
            end = at < 0 ? end : Math.min(end, at);
        }
        return end == sentence.length() ? sentence : sentence.substring(0, end) + ".";
    }

    private static String joined(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }

    private record Entry(String name, String text) {}
}
