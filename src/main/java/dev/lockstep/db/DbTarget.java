package dev.lockstep.db;

import java.util.List;

/** A database of any engine to connect to. Nothing that prints shows a password. */
public interface DbTarget {
    Engine engine();

    /** What psql, or the client of MariaDB, would warn of: a file with a password that does not count, say. */
    default List<String> warnings() {
        return List.of();
    }
}
