package dev.lockstep.cli.hint;

import dev.lockstep.db.DbRemedy;
import dev.lockstep.support.Remedy;

final class DbHints {
    private static final String NAME_A_SERVER = "name a server with --pg";

    private DbHints() {}

    static String of(DbRemedy kind, Remedy remedy) {
        return switch (kind) {
            case LOOK_UP_THE_PRIVILEGES ->
                "the owner of the object, or an administrator, gives the privilege with GRANT; which are needed say"
                        + " 'lockstep help grants-postgresql' and 'lockstep help grants-mariadb'";
            case HIDE_THE_PASSWORD -> "use --password-file FILE, " + remedy.argument(0) + " or " + remedy.argument(1);
            case NAME_A_SERVER -> NAME_A_SERVER;
            case FETCH_THE_BINARIES ->
                "put the file at " + remedy.argument(0)
                        + ", or set LOCKSTEP_MAVEN_REPO to a mirror of Maven Central, or " + NAME_A_SERVER;
            case MOVE_THE_STATE -> "set XDG_STATE_HOME to a local directory with room, or " + NAME_A_SERVER;
            case SEPARATE_THE_STATE -> "set XDG_STATE_HOME to a directory of this one's own, or " + NAME_A_SERVER;
            case RUN_AS_ORDINARY_USER -> "run lockstep as an ordinary user, or " + NAME_A_SERVER;
            case READ_THE_GUARDS_LOG -> "see " + remedy.argument(0) + "; or " + NAME_A_SERVER;
            case READ_THE_SERVERS_LOG -> "its log is " + remedy.argument(0) + "; or " + NAME_A_SERVER;
            case FIND_THE_DAMAGED_INDEX ->
                "'lockstep fts check' names the damaged full-text index, 'lockstep fts rebuild' makes it anew";
            case AWAIT_THE_WRITER ->
                "another process is writing: 'fuser -v' of the file names it; --lock-timeout waits longer for it";
        };
    }
}
