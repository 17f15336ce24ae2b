package dev.lockstep.cli.completion;

import dev.lockstep.cli.completion.CompletionModel.Leaf;
import dev.lockstep.cli.completion.CompletionModel.Option;
import dev.lockstep.cli.kit.CommandTree;
import dev.lockstep.profile.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The scripts that complete in a shell. What is the same for any set of commands lies beside this class; the tables of
 * commands and options are put in where it says {@code @TABLES@}.
 */
public final class ShellScripts {
    /** The shells that there is a script for. */
    public static final List<String> SHELLS = List.of("bash", "zsh", "fish");

    private ShellScripts() {}

    /** The script of one of the {@link #SHELLS}. */
    public static String of(CommandTree tree, String shell, List<String> topics) {
        CompletionModel model = new CompletionModel(tree);
        String tables = shell.equals("fish") ? fish(model, topics) : posix(model, topics);
        return resource("lockstep." + shell).replace("@TABLES@\n", tables);
    }

    /** Functions that print tables, for bash and zsh. */
    private static String posix(CompletionModel model, List<String> topics) {
        CommandTree tree = model.tree();
        StringBuilder script = new StringBuilder();
        script.append("_lockstep_nouns='")
                .append(String.join(" ", tree.nouns()))
                .append("'\n_lockstep_topics='")
                .append(String.join(" ", topics))
                .append("'\n_lockstep_profiles='")
                .append(String.join(" ", Profile.builtIn()))
                .append("'\n\n_lockstep_verbs() {\n  case $1 in\n");
        for (String noun : tree.nouns()) {
            if (!tree.verbs(noun).isEmpty()) {
                script.append("    ").append(noun).append(") echo '");
                script.append(String.join(" ", tree.verbs(noun))).append("' ;;\n");
            }
        }
        script.append("  esac\n}\n\n# The options, each with what it takes, and then what the parameters are.\n");
        script.append("_lockstep_takes() {\n  case $1 in\n");
        for (Map.Entry<String, Leaf> leaf : model.leaves().entrySet()) {
            script.append("    '").append(leaf.getKey()).append("') echo '");
            for (Option option : leaf.getValue().options()) {
                String code = CompletionModel.code(option.kind());
                option.names().forEach(name -> script.append(name)
                        .append(option.mayLack() && !code.equals("-") ? "?" : "=")
                        .append(code)
                        .append(' '));
            }
            script.append(leaf.getValue().parameters().stream()
                    .map(CompletionModel::code)
                    .collect(Collectors.joining(" ")));
            script.append("' ;;\n");
        }
        return script.append("  esac\n}\n").toString();
    }

    private static String fish(CompletionModel model, List<String> topics) {
        CommandTree tree = model.tree();
        StringBuilder script = new StringBuilder();
        for (String noun : tree.nouns()) {
            line(script, "__lockstep_at ''", "-a " + noun + " -d " + quoted(model.description(List.of(noun))));
            for (String verb : tree.verbs(noun)) {
                String description = model.description(List.of(noun, verb));
                line(script, "__lockstep_at " + noun, "-a " + verb + " -d " + quoted(description));
            }
        }
        line(
                script,
                "__lockstep_at help",
                "-a '" + String.join(" ", tree.nouns()) + " " + String.join(" ", topics) + "'");
        line(script, "__lockstep_at help json", "-a '" + String.join(" ", tree.nouns()) + "'");
        for (String noun : tree.nouns()) {
            if (!tree.verbs(noun).isEmpty()) {
                String named = "__lockstep_at help " + noun + "; or __lockstep_at help json " + noun;
                line(script, named, "-a '" + String.join(" ", tree.verbs(noun)) + "'");
            }
        }
        Map<String, Leaf> leaves = model.leaves();
        Map<String, List<String>> takers = new LinkedHashMap<>();
        leaves.forEach((path, leaf) -> {
            String command = fishPath(path);
            fishWords(path, leaf).forEach(words -> takers.computeIfAbsent(words, none -> new ArrayList<>())
                    .add(command));
        });
        script.append("set -g __lockstep_commands ")
                .append(leaves.keySet().stream().map(ShellScripts::fishPath).collect(Collectors.joining(" ")))
                .append('\n');
        takers.forEach((words, commands) -> {
            boolean all = commands.size() == leaves.size();
            line(script, "__lockstep_in " + (all ? "$__lockstep_commands" : String.join(" ", commands)), words);
        });
        return script.toString();
    }

    /** What fish is told of a command: once for all commands of which it is told the same. */
    private static Set<String> fishWords(String path, Leaf leaf) {
        Set<String> all = new LinkedHashSet<>();
        if (!path.equals("help")) {
            leaf.parameters().forEach(parameter -> fishValue(parameter).ifPresent(all::add));
        }
        for (Option option : leaf.options()) {
            StringBuilder words = new StringBuilder();
            for (String name : option.names()) {
                words.append(name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1));
                words.append(' ');
            }
            boolean flag = option.kind().source() == ValueKind.Source.FLAG;
            String value = fishValue(option.kind()).orElse("");
            words.append(flag ? "" : option.mayLack() ? "-f " : value.startsWith("-F") ? "-r " : "-x ");
            words.append(value).append(value.isEmpty() ? "" : " ");
            all.add(words.append("-d ").append(quoted(option.description())).toString());
        }
        return all;
    }

    /** A command as one word. */
    private static String fishPath(String path) {
        return path.replace(' ', '/');
    }

    /** The words of a parameter; {@code -F} lets fish name files. */
    private static Optional<String> fishValue(ValueKind kind) {
        return switch (kind.source()) {
            case FLAG, ANY, COMMAND -> Optional.empty();
            case WORDS -> Optional.of("-a '" + String.join(" ", kind.words()) + "'");
            case DATABASE -> Optional.of("-a '(__lockstep_databases " + String.join(" ", kind.words()) + ")'");
            case FILE -> Optional.of("-F");
            case PROFILE -> Optional.of("-F -a '" + String.join(" ", Profile.builtIn()) + "'");
            case TABLE -> Optional.of("-a '(__lockstep_names tables)'");
            case REALM -> Optional.of("-a '(__lockstep_names realms)'");
            case REGISTRY -> Optional.of("-a '(__lockstep_names registries)'");
        };
    }

    private static void line(StringBuilder script, String condition, String rest) {
        script.append("complete -c lockstep -n ")
                .append(quoted(condition))
                .append(' ')
                .append(rest)
                .append('\n');
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static String resource(String name) {
        try (InputStream in = ShellScripts.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
