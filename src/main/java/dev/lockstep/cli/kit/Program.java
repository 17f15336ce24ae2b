package dev.lockstep.cli.kit;

import dev.lockstep.db.open.Databases;
import java.io.InputStream;
import java.io.PrintStream;

/** lockstep itself, as a command sees it that shows, completes or runs others. */
public interface Program {
    CommandTree commands();

    /** The class that a Java of its own is started with. */
    String mainClass();

    /**
     * Runs one command line, as if typed.
     *
     * @param handler what can stop it; null if nothing can
     * @return its exit status
     */
    int run(
            Databases databases,
            InputStream in,
            PrintStream out,
            PrintStream err,
            SignalHandler handler,
            String... words);
}
