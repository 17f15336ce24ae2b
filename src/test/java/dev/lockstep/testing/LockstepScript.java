package dev.lockstep.testing;

import dev.lockstep.cli.Lockstep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;

/** A program {@code lockstep} that runs the classes under test, for what other programs start by its name. */
public final class LockstepScript {
    private LockstepScript() {}

    /** Writes it into the folder and returns a PATH on which it comes first. */
    public static String onPath(Path folder) throws IOException {
        Path script = Files.writeString(folder.resolve("lockstep"), """
                #!/bin/sh
                t=; [ -t 0 ] && t=0; [ -t 1 ] && t=1$t; [ -t 2 ] && t=2$t
                exec %s "-Dlockstep.tty=$t" %s "$@"
                """.formatted(
                        ChildJvm.command().stream().map(LockstepScript::quoted).collect(Collectors.joining(" ")),
                        Lockstep.class.getName()));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return folder + ":" + System.getenv("PATH");
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
