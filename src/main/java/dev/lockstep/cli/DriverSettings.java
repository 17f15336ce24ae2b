package dev.lockstep.cli;

import dev.lockstep.db.Connector;
import dev.lockstep.db.sqlite.NativeLibrary;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What the drivers read from the whole JVM, set when the program opens its first database: a Java program that uses lockstep
 * decides that for itself.
 */
final class DriverSettings {
    /** Kept, because a logger that nobody holds forgets its level. */
    private static final Logger POSTGRESQL = Logger.getLogger("org.postgresql");

    static {
        // Both would print on standard error what the exceptions say as well.
        POSTGRESQL.setLevel(Level.OFF);
        if (System.getProperty("mariadb.logging.disable") == null) {
            System.setProperty("mariadb.logging.disable", "true");
        }
        String natives = System.getProperty("lockstep.native");
        if (natives != null) {
            NativeLibrary.in(Path.of(natives))
                    .ifPresent(folder -> System.setProperty("org.sqlite.lib.path", folder.toString()));
        }
    }

    private DriverSettings() {}

    /** They are set by the time that anything connects. */
    static Connector before(Connector connector) {
        return connector;
    }
}
