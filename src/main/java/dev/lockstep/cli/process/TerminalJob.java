package dev.lockstep.cli.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the group of this process is to the terminal that it was started from. */
public enum TerminalJob {
    /** What is typed there is for it. */
    FOREGROUND,
    BACKGROUND,
    NO_TERMINAL,
    /** The system does not say. */
    UNKNOWN;

    private static final Path STAT = Path.of("/proc/self/stat");
    private static final String NONE = "-1";

    /** As it is now: a shell's user moves jobs to and fro. */
    public static TerminalJob now() {
        try {
            String stat = Files.readString(STAT, StandardCharsets.ISO_8859_1);
            // Behind the name, which may hold anything: state, parent, group, session, terminal, the terminal's group.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            if (fields[5].equals(NONE)) {
                return NO_TERMINAL;
            }
            return fields[2].equals(fields[5]) ? FOREGROUND : BACKGROUND;
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
