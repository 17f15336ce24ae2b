package dev.lockstep.cli.shell;

import dev.lockstep.cli.completion.ValueKind;
import dev.lockstep.cli.help.HelpTopics;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.CommandTree;
import dev.lockstep.profile.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Completes the words of a shell's line: commands, options, and values, after a blank as well as after {@code =}. */
final class ShellCompleter implements Completer {
    private static final int MAX_FILES = 200;
    private static final String SQLITE = "sqlite:";
    private static final List<String> OWN =
            List.of("\\?", "\\c", "\\conninfo", "\\o", "\\q", "\\set", "\\timing", "\\watch");

    private final CommandTree tree;
    private final ShellNames names;

    ShellCompleter(CommandTree tree, ShellNames names) {
        this.tree = tree;
        this.names = names;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> before = new ArrayList<>(line.words().subList(0, line.wordIndex()));
        String word = line.word().substring(0, line.wordCursor());
        for (String value : values(before, word)) {
            boolean whole = !value.endsWith("/") && !value.endsWith("=");
            candidates.add(new Candidate(value, value, null, null, null, null, whole));
        }
    }

    /** All that the word may become, after the words before it. */
    List<String> values(List<String> before, String word) {
        List<String> words = new ArrayList<>(before);
        if (!words.isEmpty() && words.get(0).equals("lockstep")) {
            words.remove(0);
        }
        if (!words.isEmpty() && words.get(0).startsWith("\\")) {
            return own(words, word);
        }
        if (words.isEmpty()) {
            return starting(word, word.startsWith("\\") ? OWN : List.copyOf(tree.nouns()));
        }
        List<String> verbs = tree.verbs(words.get(0));
        if (words.size() == 1 && !verbs.isEmpty()) {
            return starting(word, verbs);
        }
        if (words.get(0).equals("help")) {
            List<String> first = new ArrayList<>(tree.nouns());
            first.addAll(HelpTopics.NAMES);
            return starting(word, words.size() == 1 ? first : tree.verbs(words.get(1)));
        }
        String path = verbs.isEmpty() ? words.get(0) : words.get(0) + " " + words.get(1);
        Command command = tree.command(path);
        return command == null || words.contains("--")
                ? List.of()
                : arguments(tree.leaf(path, command).getCommandSpec(), words, word);
    }

    private List<String> arguments(CommandSpec spec, List<String> words, String word) {
        String previous = words.get(words.size() - 1);
        int equals = word.indexOf('=');
        if (word.startsWith("--") && equals > 0) {
            OptionSpec option = spec.findOption(word.substring(0, equals));
            String name = word.substring(0, equals + 1);
            List<String> values = option == null ? List.of() : values(option, word.substring(equals + 1));
            return values.stream().map(value -> name + value).toList();
        }
        OptionSpec waiting = previous.startsWith("-") ? spec.findOption(previous) : null;
        if (waiting != null && waiting.arity().max() > 0) {
            return values(waiting, word);
        }
        if (word.startsWith("-")) {
            List<String> options = new ArrayList<>();
            spec.options().forEach(option -> options.add(option.longestName()));
            return starting(word, options);
        }
        List<String> values = new ArrayList<>();
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            values.addAll(values(ValueKind.of(parameter.paramLabel()), word));
        }
        return values;
    }

    private List<String> values(OptionSpec option, String word) {
        return values(ValueKind.of(option), word);
    }

    private List<String> values(ValueKind kind, String word) {
        return switch (kind.source()) {
            case FLAG, ANY, COMMAND -> List.of();
            case WORDS -> starting(word, kind.words());
            case FILE -> files(word);
            case DATABASE ->
                word.startsWith(SQLITE)
                        ? files(word.substring(SQLITE.length())).stream()
                                .map(SQLITE::concat)
                                .toList()
                        : starting(word, kind.words());
            case TABLE, REALM, REGISTRY -> starting(word, names.of(kind.source()));
            case PROFILE -> {
                List<String> both = new ArrayList<>(starting(word, Profile.builtIn()));
                files(word).stream()
                        .filter(file -> file.endsWith("/") || file.endsWith(".json"))
                        .forEach(both::add);
                yield both;
            }
        };
    }

    private List<String> own(List<String> words, String word) {
        String first = words.size() == 1 ? "" : words.get(1);
        return switch (words.get(0) + " " + first) {
            case "\\c " -> starting(word, List.of("pg", "db", "to", "profile"));
            case "\\c pg" -> starting(word, List.of("embedded"));
            case "\\c db", "\\o " -> files(word);
            case "\\c profile" -> values(ValueKind.of("NAME|FILE"), word);
            case "\\set " -> starting(word, List.of("ON_ERROR_STOP", "OUTPUT", "PAGER"));
            case "\\set OUTPUT" -> values(ValueKind.of("FORMAT"), word);
            case "\\set ON_ERROR_STOP", "\\set PAGER", "\\timing " -> starting(word, List.of("on", "off"));
            case "\\watch " -> values(ValueKind.of("D"), word);
            default -> List.of();
        };
    }

    private static List<String> starting(String word, List<String> all) {
        List<String> starting = new ArrayList<>();
        for (String one : all) {
            if (one.startsWith(word)) {
                starting.add(one);
            }
        }
        return starting;
    }

    private List<String> files(String word) {
        int slash = word.lastIndexOf('/');
        String folder = word.substring(0, slash + 1);
        Path real = Path.of(folder.startsWith("~/") ? names.home().orElse("~") + folder.substring(1) : folder);
        try (Stream<Path> files = Files.list(folder.isEmpty() ? Path.of(".") : real)) {
            return files.limit(MAX_FILES)
                    .map(file -> folder + file.getFileName() + (Files.isDirectory(file) ? "/" : ""))
                    .filter(name -> name.startsWith(word))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
