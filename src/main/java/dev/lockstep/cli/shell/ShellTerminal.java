package dev.lockstep.cli.shell;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.history.DefaultHistory;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The shell on a terminal: line editor, completion, history, and Ctrl-C, which stops a command and never the shell. */
final class ShellTerminal {
    /** Of a terminal that does not say how wide it is. */
    static final int COLUMNS = 80;

    /** The prompt of a line that goes on. */
    static final String CONTINUATION = "> ";

    /** What a shell says when it begins. */
    static final String HINT = "help shows the commands, \\? what else this shell can do; Tab completes, exit leaves.";

    private static final int HISTORY_SIZE = 10_000;

    private ShellTerminal() {}

    /** Reads and runs lines until the user leaves; the exit status is that of leaving, not of any command. */
    static int run(Shell shell, Invocation call) throws InterruptedException {
        if (ShellLines.suit(call.databases().environment().get("TERM").orElse(""))) {
            return ShellLines.run(shell, call);
        }
        try (Terminal terminal = TerminalBuilder.builder()
                        .exec(true)
                        .jni(false)
                        .jna(false)
                        .ffm(false)
                        .dumb(true)
                        .build();
                ShellNames names = new ShellNames(shell, call)) {
            if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
                return ShellLines.run(shell, call);
            }
            Thread worker = Thread.currentThread();
            terminal.handle(Terminal.Signal.INT, signal -> shell.stopCommand(worker));
            LineReader reader = reader(
                    terminal, new ShellCompleter(call.program().commands(), names), history(call), shell.redactor());
            names.refresh();
            call.output().out().println(HINT);
            while (!shell.ended()) {
                try {
                    String text = reader.readLine(prompt(shell, terminal.getWidth()));
                    while (ShellStatements.isContinued(text)) {
                        text = ShellStatements.joined(text, reader.readLine(CONTINUATION));
                    }
                    shell.run(text);
                    names.refresh();
                } catch (UserInterruptException dropped) {
                    terminal.flush();
                } catch (EndOfFileException e) {
                    return 0;
                }
            }
            return 0;
        } catch (IOException e) {
            throw new LockstepException(
                    "cannot use this terminal: " + e.getMessage(), "pipe the commands in, or use -c");
        }
    }

    private static LineReader reader(
            Terminal terminal, ShellCompleter completer, Optional<Path> history, Redactor redactor) {
        DefaultParser parser = new DefaultParser();
        parser.setEscapeChars(null);
        parser.setEofOnUnclosedQuote(false);
        LineReader reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("lockstep")
                .parser(parser)
                .completer(completer)
                .history(new Discreet(redactor))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.INSERT_TAB, false)
                .variable(LineReader.HISTORY_SIZE, HISTORY_SIZE)
                .variable(LineReader.HISTORY_FILE_SIZE, HISTORY_SIZE)
                .variable(LineReader.LIST_MAX, 100)
                .build();
        history.ifPresent(file -> reader.setVariable(LineReader.HISTORY_FILE, file));
        return reader;
    }

    /** A line that holds a password is not kept: others read backups of files that only we can read. */
    private static final class Discreet extends DefaultHistory {
        private final Redactor redactor;

        Discreet(Redactor redactor) {
            this.redactor = redactor;
        }

        @Override
        public void add(Instant time, String line) {
            if (redactor.redact(line).equals(line)) {
                super.add(time, line);
            }
        }
    }

    static String prompt(Shell shell, int width) {
        StringBuilder prompt = new StringBuilder();
        shell.connection("pg")
                .ifPresent(pg -> prompt.append(shortened(shell.redactor().redact(pg), width / 4)));
        if (shell.databases().keptConnections() > 0) {
            prompt.append(prompt.length() == 0 ? "pg*" : "*");
        }
        shell.connection("db").ifPresent(db -> prompt.append(prompt.length() == 0 ? "" : " ")
                .append(shortened(Path.of(db).getFileName().toString(), width / 4)));
        return (prompt.length() == 0 ? "lockstep" : prompt) + "> ";
    }

    /** The end of a name says more than its beginning. */
    private static String shortened(String name, int most) {
        int from = name.indexOf("://");
        String bare = from < 0 ? name : name.substring(from + 3);
        int limit = Math.max(8, most);
        return bare.length() <= limit ? bare : "…" + bare.substring(bare.length() - limit + 1);
    }

    /** The file of the history, made for its owner alone; none if it cannot be written. */
    private static Optional<Path> history(Invocation call) {
        Path file = call.databases().environment().stateDirectory().resolve("history");
        try {
            Files.createDirectories(
                    file.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            if (!Files.exists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            return Files.isWritable(file) ? Optional.of(file) : Optional.empty();
        } catch (IOException e) {
            call.output().warn("history", "no history is kept: cannot write " + file);
            return Optional.empty();
        }
    }
}
