package dev.lockstep.cli.process;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;

/**
 * Ends a program if this process dies without a word, by SIGKILL or for want of memory: its lock is gone then, and others
 * may have it. A shell waits at a pipe of ours, which the system closes whatever we die of; then the program and all that
 * it has started get SIGTERM at once, and SIGKILL five seconds later. What has left the program's tree is not reached.
 */
final class ParentDeath implements AutoCloseable {
    private static final String WATCH = """
            trap '' HUP INT QUIT TERM
            read -r pid || exit 0
            read -r end && exit 0
            tree() { echo "$1"; for child in $(cat /proc/"$1"/task/*/children); do tree "$child"; done; }
            all=$(tree "$pid")
            kill -TERM $all
            n=0
            while kill -0 "$pid" && [ $n -lt 5 ]; do sleep 1; n=$((n + 1)); done
            kill -KILL $all
            """;

    private final OutputStream pipe;

    private ParentDeath(Process watch) {
        this.pipe = watch.getOutputStream();
    }

    /** Begins to wait; nothing is ended before {@link #hold} says what. */
    static ParentDeath open() throws IOException {
        return new ParentDeath(new ProcessBuilder("/bin/sh", "-c", WATCH)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start());
    }

    /** From here on the program ends with us. */
    void hold(Process program) throws IOException {
        say(Long.toString(program.pid()));
    }

    /** What a death does: the pipe is closed, and nothing said. */
    void cut() throws IOException {
        pipe.close();
    }

    /** The program has come to its end. */
    @Override
    public void close() {
        try (pipe) {
            say("done");
        } catch (IOException e) {
            // The shell is gone, and so is what it was for.
            return;
        }
    }

    private void say(String line) throws IOException {
        pipe.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        pipe.flush();
    }
}
