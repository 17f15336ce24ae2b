package dev.lockstep.db.sqlite;

import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Engine;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A SQLite file, which must exist. */
public record SqliteTarget(Path path) implements DbTarget {
    /** What stands before the name of a file. */
    public static final String SCHEME = "sqlite:";

    /**
     * Whether both names lead to the same file, by whatever links; not if there is none of the other name.
     *
     * @throws LockstepException usage: there is no file of this name
     */
    public boolean isSameAs(Path other) {
        try {
            return Files.exists(other) && Files.isSameFile(path, other);
        } catch (IOException e) {
            throw LockstepException.usage("no such file: " + path, "lockstep opens databases that exist");
        }
    }

    @Override
    public Engine engine() {
        return Engine.SQLITE;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
