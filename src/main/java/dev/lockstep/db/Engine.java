package dev.lockstep.db;

/** The database systems that lockstep speaks to. */
public enum Engine {
    POSTGRESQL,
    SQLITE,
    /** MariaDB, and MySQL, which speaks the same protocol. */
    MARIADB
}
