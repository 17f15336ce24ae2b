package dev.lockstep.cli.source;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.SourceFiles;
import java.nio.file.Files;
import java.nio.file.Path;

/** A realm's directory, as a person names it. */
public final class SourceDirectory {
    private SourceDirectory() {}

    /**
     * Of a directory that can be read.
     *
     * @throws LockstepException usage: it is none
     */
    public static SourceFiles of(RealmUrl realm, String typed) {
        Path root = Invocation.file(typed);
        if (!Files.isDirectory(root)) {
            throw LockstepException.usage(
                    (Files.exists(root) ? "not a directory: " : "no such directory: ") + typed, null);
        }
        if (!Files.isReadable(root) || !Files.isExecutable(root)) {
            throw LockstepException.usage("cannot read the directory " + typed, null);
        }
        return new SourceFiles(realm.value(), root);
    }

    /**
     * Asks, where nothing that is to be thrown away has a file: it may be another realm's directory.
     *
     * @param what has a file, or not
     */
    public static void confirmUse(boolean isAnyThere, String what, Invocation call) {
        if (!isAnyThere) {
            call.confirm("throw away all " + what + ", of which none has a file in "
                    + call.parameters().get(1) + "; is that the directory of "
                    + call.parameters().get(0));
        }
    }
}
