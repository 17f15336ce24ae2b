package dev.lockstep.cli.shell;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.text.StandardStream;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep shell}: many commands in one process. The line editor is loaded only for a terminal. */
public final class ShellCommand implements Command {
    private static final Opt<List<String>> COMMAND =
            Opt.texts("CMD", "Run this command, and then the next -c. Repeatable.", "-c", "--command");
    private static final Opt<String> FILE =
            Opt.text("FILE", "Run the commands in this file, one a line.", "-f", "--file");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Run commands one after the other, with connections that stay open: on a terminal with"
                        + " completion and history, \\? for help; else, and with -c or -f, as a script that ends at the first"
                        + " failure with its exit code.");
        Options.add(spec, COMMAND, FILE);
        Options.postgres(spec);
        Options.sqlite(spec);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        if (call.format() != Options.Format.TEXT) {
            throw LockstepException.usage(
                    "a shell has no result of its own", "use -o with its commands, or \\set OUTPUT json");
        }
        call.databases().keepConnections();
        try {
            return new Result(status(new Shell(call), call), Result.Change.UNCHANGED, Map.of(), List.of());
        } finally {
            call.databases().keepNone();
        }
    }

    private static int status(Shell shell, Invocation call) throws InterruptedException {
        List<String> commands = call.all(COMMAND);
        int status = 0;
        if (!commands.isEmpty() || call.has(FILE) || !interactive()) {
            shell.stopAtFailures();
        }
        for (int i = 0; i < commands.size() && shell.goesOn(status); i++) {
            status = shell.run(commands.get(i));
        }
        if (call.has(FILE) && shell.goesOn(status)) {
            String file = call.get(FILE).orElseThrow();
            try (BufferedReader lines = Files.newBufferedReader(Invocation.file(file))) {
                status = script(shell, lines);
            } catch (IOException e) {
                throw LockstepException.usage("cannot read " + file + ": " + FileError.reason(e), null);
            }
        } else if (commands.isEmpty()) {
            status = interactive() ? ShellTerminal.run(shell, call) : piped(shell, call);
        }
        return status;
    }

    private static boolean interactive() {
        return StandardStream.INPUT.isTerminal() && StandardStream.OUTPUT.isTerminal();
    }

    private static int piped(Shell shell, Invocation call) throws InterruptedException {
        Reader reader = new InputStreamReader(call.in(), StandardCharsets.UTF_8);
        try {
            return script(shell, new BufferedReader(reader));
        } catch (IOException e) {
            throw new LockstepException("cannot read standard input: " + FileError.reason(e), null);
        }
    }

    private static int script(Shell shell, BufferedReader lines) throws IOException, InterruptedException {
        int last = 0;
        for (String line = lines.readLine(); line != null && !shell.ended(); line = lines.readLine()) {
            while (ShellStatements.isContinued(line)) {
                String next = lines.readLine();
                line = ShellStatements.joined(line, next == null ? "" : next);
            }
            int status = shell.run(line);
            last = status == 0 ? last : status;
            if (!shell.goesOn(status)) {
                return last;
            }
        }
        return last;
    }
}
