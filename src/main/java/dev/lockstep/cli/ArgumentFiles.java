package dev.lockstep.cli;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.shell.ShellWords;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts the words of argument files where they are named: {@code @FILE} is replaced by what the file holds, cut as
 * {@link ShellWords} cuts each line, and {@code @@word} is the word {@code @word}. Behind the command a word with no such file
 * stays as it is. From {@code --} on the words belong to another program and stay as they are.
 */
final class ArgumentFiles {
    /** What a decoder puts in the place of what it could not read. */
    private static final char UNREADABLE = '\uFFFD';

    /** Files that name files that name files. */
    private static final int DEEPEST = 16;

    private static final String END_OF_OPTIONS = "--";

    private final List<String> words = new ArrayList<>();
    private boolean ended;

    private ArgumentFiles() {}

    /**
     * The words that are meant.
     *
     * @throws LockstepException usage: a file is missing or cannot be read, or a word was not typed in the encoding that is read
     */
    static List<String> expand(List<String> args) {
        ArgumentFiles files = new ArgumentFiles();
        files.add(args, 0);
        for (String word : files.words) {
            if (word.indexOf(UNREADABLE) >= 0) {
                throw LockstepException.usage(
                        "an argument is not readable as " + System.getProperty("sun.jnu.encoding", "text") + ": "
                                + word,
                        "arguments are UTF-8; bin/lockstep chooses a locale in which Java reads them so");
            }
        }
        return files.words;
    }

    private void add(List<String> args, int depth) {
        for (String arg : args) {
            ended |= arg.equals(END_OF_OPTIONS);
            if (ended || !arg.startsWith("@") || arg.length() == 1) {
                words.add(arg);
            } else if (arg.startsWith("@@")) {
                words.add(arg.substring(1));
            } else if (depth == 0 && hasCommand() && !Files.isRegularFile(Invocation.file(arg.substring(1)))) {
                // A name of a module or of a package, such as @scope/name.
                words.add(arg);
            } else {
                addFile(arg.substring(1), depth + 1);
            }
        }
    }

    private boolean hasCommand() {
        return words.stream().anyMatch(word -> !word.startsWith("-"));
    }

    private void addFile(String name, int depth) {
        if (depth > DEEPEST) {
            throw LockstepException.usage("argument files name each other without an end: " + name, null);
        }
        List<String> held = new ArrayList<>();
        for (String line : lines(name)) {
            ShellWords cut = ShellWords.cut(line);
            if (cut.open()) {
                throw LockstepException.usage("a quote is not closed in " + name + ": " + line.strip(), null);
            }
            held.addAll(cut.words());
        }
        add(held, depth);
    }

    private static List<String> lines(String name) {
        try {
            return Files.readAllLines(Invocation.file(name), StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw LockstepException.usage("not UTF-8: the argument file " + name, null);
        } catch (IOException e) {
            throw LockstepException.usage(
                    "cannot read the argument file " + name + ": " + FileError.reason(e),
                    "@FILE stands for the words in a file; a word that begins with @ is written @@");
        }
    }
}
