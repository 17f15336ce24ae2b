package dev.lockstep.cli;

import dev.lockstep.cli.help.HelpPage;
import dev.lockstep.cli.help.TerminalWidth;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.CommandTree;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.Printer;
import dev.lockstep.cli.kit.Program;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.kit.RunLock;
import dev.lockstep.cli.kit.SignalHandler;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.option.Options.Format;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line: finds the command, parses, runs it, and turns every outcome into output and an exit status. */
public final class Lockstep {
    private static final Result SKIPPED =
            Result.unchanged(Map.of("skipped", true), List.of("another run is active; nothing was done"));

    public static final Program PROGRAM = new Program() {
        @Override
        public CommandTree commands() {
            return Catalog.TREE;
        }

        @Override
        public String mainClass() {
            return Lockstep.class.getName();
        }

        @Override
        public int run(
                Databases databases,
                InputStream in,
                PrintStream out,
                PrintStream err,
                SignalHandler handler,
                String... words) {
            return new Lockstep(databases, in, out, err).run(handler, words);
        }
    };

    private final Databases databases;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    public Lockstep(Databases databases, InputStream in, PrintStream out, PrintStream err) {
        this.databases = databases;
        this.in = in;
        this.out = out;
        this.err = err;
    }

    public static void main(String[] args) {
        PrintStream out = Printer.out();
        PrintStream err = Printer.err();
        Databases databases = new Databases(Environment.ofProcess(), DriverSettings::before);
        SignalHandler handler = SignalHandler.of(Thread.currentThread(), databases);
        int status = new Lockstep(databases, new FileInputStream(FileDescriptor.in), out, err).run(handler, args);
        handler.ended();
        while (handler.status() != 0) {
            LockSupport.park();
        }
        System.exit(status);
    }

    /** Runs one command line and returns its exit status. */
    public int run(String... args) {
        return run(null, args);
    }

    /** Runs one command line that a signal to the handler, if it is not null, can stop. */
    int run(SignalHandler handler, String... args) {
        Output output = new Output(out, err, databases.environment().redactor());
        try {
            return outcome(output, handler, args);
        } catch (Output.Closed e) {
            return output.closed();
        }
    }

    private int outcome(Output output, SignalHandler handler, String... args) {
        try {
            output.format(guessedFormat(List.of(args)));
            return dispatch(output, hoisted(ArgumentFiles.expand(List.of(args))));
        } catch (Output.Closed e) {
            throw e;
        } catch (LockstepException e) {
            return stopped(handler) ? output.interrupted(handler.status()) : output.fail(e);
        } catch (InterruptedException e) {
            return output.interrupted(stopped(handler) ? handler.status() : ExitCode.FAILED.status());
        } catch (Exception | LinkageError | AssertionError | StackOverflowError | OutOfMemoryError e) {
            return stopped(handler) ? output.interrupted(handler.status()) : output.bug(e);
        }
    }

    private static boolean stopped(SignalHandler handler) {
        return handler != null && handler.status() != 0;
    }

    private int dispatch(Output output, List<String> args) throws InterruptedException {
        output.format(guessedFormat(args));
        if (args.isEmpty()) {
            return help(output, err, List.of(), ExitCode.USAGE);
        }
        String noun = args.get(0);
        if (noun.equals("--help") || noun.equals("-h")) {
            return help(output, out, List.of(), ExitCode.OK);
        }
        if (noun.equals("--version") || noun.equals("-V")) {
            noun = "version";
        }
        List<String> verbs = Catalog.TREE.verbs(noun);
        String path = noun;
        int words = 1;
        if (!verbs.isEmpty()) {
            output.command(noun);
            if (args.size() == 1) {
                return help(output, err, List.of(noun), ExitCode.USAGE);
            }
            String verb = args.get(1);
            if (verb.equals("--help") || verb.equals("-h")) {
                return help(output, out, List.of(noun), ExitCode.OK);
            }
            path = noun + " " + verb;
            words = 2;
        }
        Command command = Catalog.TREE.command(path);
        if (command == null) {
            throw verbs.isEmpty()
                    ? CommandTree.unknown("", noun, List.copyOf(Catalog.TREE.nouns()))
                    : CommandTree.unknown(" " + noun, args.get(1), verbs);
        }
        output.command(path);
        return execute(output, path, command, args.subList(words, args.size()));
    }

    private int execute(Output output, String path, Command command, List<String> args) throws InterruptedException {
        CommandLine line = Catalog.TREE.leaf(path, command);
        ParseResult parsed;
        try {
            parsed = line.parseArgs(args.toArray(new String[0]));
        } catch (ParameterException e) {
            throw usage(path, e);
        }
        if (parsed.isUsageHelpRequested()) {
            return help(output, out, List.of(path.split(" ")), ExitCode.OK);
        }
        Invocation call = new Invocation(PROGRAM, path, parsed, databases, output, in);
        output.format(call.format());
        output.configure(call);
        if (call.has(Options.PROFILE)) {
            // One that cannot be read is an error also where it would not be needed.
            call.profile();
        }
        try (RunLock lock = RunLock.take(call)) {
            return output.finish(lock.skipped() ? SKIPPED : command.run(call));
        }
    }

    private int help(Output output, PrintStream stream, List<String> words, ExitCode code) {
        String usage = HelpPage.brief(Catalog.TREE, words, TerminalWidth.of(databases.environment()));
        if (code == ExitCode.OK) {
            output.plain(usage);
            return code.status();
        }
        if (output.format() != Format.TEXT) {
            throw LockstepException.usage("no command given", "'lockstep help' shows what there is");
        }
        stream.print(usage);
        stream.flush();
        return code.status();
    }

    /** One line for what is wrong with the arguments, and one for what would be right. */
    private static LockstepException usage(String path, ParameterException e) {
        String help = "'lockstep " + path + " --help' shows what it takes";
        // Also when something else is amiss: a mistyped option explains the one that is missing.
        List<String> unmatched = e.getCommandLine().getUnmatchedArguments();
        if (!unmatched.isEmpty()) {
            String word = unmatched.get(0);
            String what = word.startsWith("-") ? "unknown option '" : "unexpected argument '";
            return LockstepException.usage(
                    what + word + "'", nearest(e.getCommandLine().getCommandSpec(), word, help));
        }
        String message = e.getMessage();
        return LockstepException.usage(
                Character.toLowerCase(message.charAt(0)) + oneLine(message).substring(1), help);
    }

    private static String nearest(CommandSpec spec, String word, String help) {
        if (!word.startsWith("--")) {
            return help;
        }
        return DidYouMean.to(word, spec.optionsMap().keySet())
                .map(name -> "did you mean " + name + "? " + help)
                .orElse(help);
    }

    private static String oneLine(String message) {
        return message.replace('\n', ' ').replace('\r', ' ').strip();
    }

    /** Before anything is parsed, an error must already come in the form that was asked for. */
    private static Format guessedFormat(List<String> args) {
        Format guessed = Format.TEXT;
        for (int i = 0; i < args.size() && !args.get(i).equals("--"); i++) {
            String arg = args.get(i);
            String next = i + 1 < args.size() ? args.get(i + 1) : "";
            guessed = switch (arg) {
                case "--json", "-ojson", "-o=json", "--output=json" -> Format.JSON;
                case "-ojsonl", "-o=jsonl", "--output=jsonl" -> Format.JSONL;
                case "-o", "--output" ->
                    next.equals("json") ? Format.JSON : next.equals("jsonl") ? Format.JSONL : guessed;
                default -> guessed;
            };
        }
        return guessed;
    }

    /** Moves options that stand before the command behind it: {@code lockstep -o json realm listen}. */
    private static List<String> hoisted(List<String> args) {
        int command = 0;
        while (command < args.size() && isLeadingOption(args.get(command))) {
            command += List.of("-o", "--output", "--color").contains(args.get(command)) ? 2 : 1;
        }
        if (command == 0 || command >= args.size()) {
            return args;
        }
        List<String> moved = new ArrayList<>();
        List<String> rest = args.subList(command, args.size());
        int words = Catalog.TREE.verbs(rest.get(0)).isEmpty() ? 1 : Math.min(2, rest.size());
        moved.addAll(rest.subList(0, words));
        moved.addAll(args.subList(0, command));
        moved.addAll(rest.subList(words, rest.size()));
        return moved;
    }

    private static boolean isLeadingOption(String arg) {
        return switch (arg) {
            case "-o",
                    "--output",
                    "--color",
                    "--json",
                    "-q",
                    "--quiet",
                    "-v",
                    "--verbose",
                    "--debug",
                    "-n",
                    "--dry-run",
                    "-y",
                    "--yes" -> true;
            default ->
                arg.startsWith("--output=") || arg.startsWith("--color=") || (arg.startsWith("-o") && arg.length() > 2);
        };
    }
}
