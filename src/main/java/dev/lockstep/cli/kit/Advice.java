package dev.lockstep.cli.kit;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.DbException;
import dev.lockstep.db.sqlite.SqliteTarget;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ShellWord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Makes the commands in what is advised such that they work when they are pasted: with the databases, the profile and the
 * tables that this run was given, quoted for a POSIX shell, and without a password.
 *
 * <p>{@link Hints} say {@code 'lockstep fts restore --steal'}, in single quotes, with the arguments that a mechanism knows,
 * quoted by {@link ShellWord}. What has no such command in it stays as it is.
 */
public final class Advice {
    /** Of a run of which nothing is known yet. */
    static final Advice NONE = new Advice(Optional.empty());

    private static final String NAME = "lockstep";
    private static final String COMMAND = "'" + NAME + " ";

    /** How a mechanism writes a command for SQLite's shell, of a database that it does not know by name. */
    private static final String SHELL = "sqlite3 FILE";

    /** What leads to the databases; the profile may be one of the ways. */
    private static final List<String> DATABASES = List.of("--db", "--pg", "--to");

    private static final List<String> WITH_DATABASES = List.of("--password-file", "--profile", "--allow-network-fs");

    /** What a command of the same noun is to do the same with. */
    private static final List<String> SELECTION = List.of(
            "--table",
            "--exclude",
            "--rename",
            "--type",
            "--where",
            "--columns",
            "--schema",
            "--on-bad-row",
            "--nul",
            "--load-extension",
            "--realm",
            "--registry",
            "--org",
            "--key");

    private final Optional<Invocation> call;

    private Advice(Optional<Invocation> call) {
        this.call = call;
    }

    static Advice of(Invocation call) {
        return new Advice(Optional.of(call));
    }

    /** What to try after an error; null if nobody knows. */
    String after(LockstepException trouble) {
        String hint = complete(Hints.of(trouble));
        if (!(trouble instanceof DbException e) || !isAboutConnecting(e.reason()) || !hasServer()) {
            return hint;
        }
        return (hint == null ? "" : hint + "; ") + "'" + command("doctor") + "' checks each step";
    }

    private static boolean isAboutConnecting(DbException.Reason reason) {
        return reason == DbException.Reason.UNREACHABLE || reason == DbException.Reason.LOGIN_REFUSED;
    }

    private boolean hasServer() {
        return call.filter(run -> !run.path().equals("doctor") && (run.takes(Options.PG) || run.takes(Options.TO)))
                .isPresent();
    }

    /** The text with each command in it made whole; null stays null. One that is nothing but a command loses its quotes. */
    public String complete(String advised) {
        String text = withFile(advised);
        if (text == null || !text.contains(COMMAND)) {
            return text;
        }
        StringBuilder whole = new StringBuilder();
        int done = 0;
        for (int at = text.indexOf(COMMAND); at >= 0; at = text.indexOf(COMMAND, done)) {
            int end = ShellWord.end(text, at + 1);
            if (end < 0) {
                break;
            }
            String command = line(ShellWord.split(text.substring(at + 1, end)));
            if (at == 0 && end == text.length() - 1) {
                return command;
            }
            whole.append(text, done, at + 1).append(command);
            done = end;
        }
        return whole.append(text, done, text.length()).toString();
    }

    /** What is for SQLite's own shell gets the file, where there is only one that can be meant. */
    private String withFile(String text) {
        if (text == null || !text.contains(SHELL) || call.isEmpty()) {
            return text;
        }
        Invocation run = call.get();
        boolean other = run.values("--to").stream().anyMatch(url -> url.startsWith(SqliteTarget.SCHEME))
                || run.values("--mirror").stream().anyMatch(url -> url.startsWith(SqliteTarget.SCHEME));
        Optional<String> file = other ? Optional.empty() : run.namedDatabase();
        return file.map(name ->
                        text.replace(SHELL, "sqlite3 " + ShellWord.quote(name.startsWith("-") ? "./" + name : name)))
                .orElse(text);
    }

    /** The command as it was typed: run again, it goes on where this run was stopped. */
    public String again() {
        Invocation run = call.orElseThrow();
        StringBuilder line = new StringBuilder(NAME).append(' ').append(run.path());
        run.words().forEach(word -> line.append(' ').append(ShellWord.quote(word)));
        return line.toString();
    }

    /** A command by its path and its own arguments, made whole. */
    String command(String path, String... arguments) {
        List<String> words = new ArrayList<>(List.of(NAME));
        words.addAll(List.of(path.split(" ", -1)));
        words.addAll(Arrays.asList(arguments));
        return line(words);
    }

    private String line(List<String> words) {
        List<String> all = completed(words);
        return String.join(" ", all.stream().map(ShellWord::quote).toList());
    }

    private List<String> completed(List<String> words) {
        String noun = words.size() > 1 ? words.get(1) : "";
        if (call.isEmpty()) {
            return words;
        }
        CommandTree tree = call.get().program().commands();
        int first = tree.verbs(noun).isEmpty() ? 2 : 3;
        if (words.size() < first || words.contains("--help")) {
            return words;
        }
        String path = String.join(" ", words.subList(1, first));
        Command command = tree.command(path);
        if (command == null) {
            return words;
        }
        CommandSpec spec = tree.leaf(path, command).getCommandSpec();
        int program = words.indexOf("--");
        List<String> own = words.subList(first, program < 0 ? words.size() : program);
        List<String> all = new ArrayList<>(words.subList(0, first));
        all.addAll(own);
        all.addAll(context(spec, noun, own));
        if (program >= 0) {
            all.addAll(words.subList(program, words.size()));
        }
        return all;
    }

    private List<String> context(CommandSpec spec, String noun, List<String> own) {
        List<String> context = new ArrayList<>();
        boolean connects = DATABASES.stream().anyMatch(option -> spec.findOption(option) != null);
        List<String> options = new ArrayList<>(connects ? DATABASES : List.of());
        options.addAll(connects ? WITH_DATABASES : List.of());
        options.addAll(noun.equals(ownNoun()) ? SELECTION : List.of());
        for (String option : options) {
            if (spec.findOption(option) != null && !isGiven(option, own)) {
                add(context, option, noun);
            }
        }
        boolean shows = isGiven("--dry-run", own) || own.contains("-n");
        if (spec.findOption("--yes") != null && !shows && !isGiven("--yes", own)) {
            context.add("--yes");
        }
        return context;
    }

    private static boolean isGiven(String option, List<String> words) {
        return words.stream().anyMatch(word -> word.equals(option) || word.startsWith(option + "="));
    }

    private String ownNoun() {
        return call.orElseThrow().path().split(" ", 2)[0];
    }

    private void add(List<String> words, String option, String noun) {
        Invocation run = call.orElseThrow();
        switch (option) {
            case "--db" -> {
                if (!isOnServer(run)) {
                    run.namedDatabase().ifPresent(file -> add(words, option, List.of(file)));
                }
            }
            case "--to" -> add(words, option, server(run, noun));
            case "--allow-network-fs" -> {
                if (run.isGiven(option)) {
                    words.add(option);
                }
            }
            default -> add(words, option, run.values(option));
        }
    }

    /** An audit log on a server is in no file, whichever LOCKSTEP_DB names. */
    private boolean isOnServer(Invocation run) {
        return ownNoun().equals("audit") && !run.values("--to").isEmpty();
    }

    /**
     * The database that audit writes to is the mirror of nothing; its mirror is another. For others {@code --to} is the mirror
     * of the SQLite database, where the audit log is.
     */
    private List<String> server(Invocation run, String noun) {
        if (noun.equals("audit")
                && !ownNoun().equals("audit")
                && run.namedDatabase().isPresent()) {
            return List.of();
        }
        boolean fromAudit = ownNoun().equals("audit") && !noun.equals("audit");
        List<String> mirror = run.values("--mirror");
        boolean itself = fromAudit && (noun.equals("mirror") || !mirror.isEmpty());
        return itself ? mirror : run.values("--to");
    }

    /** A value that begins as an option does, or as an argument file, belongs to its option in one word. */
    private static void add(List<String> words, String option, List<String> values) {
        for (String value : values) {
            if (value.isEmpty() || value.startsWith("-") || value.startsWith("@")) {
                words.add(option + "=" + value);
            } else {
                words.add(option);
                words.add(value);
            }
        }
    }
}
