package dev.lockstep.realm.log;

import dev.lockstep.db.DbException;

/** Which errors of the database are waited out: the same may succeed later, without anybody doing anything. */
final class PassingErrors {
    private PassingErrors() {}

    static boolean include(DbException e) {
        return switch (e.reason()) {
            case UNREACHABLE, CONNECTION_LOST, COMMIT_UNKNOWN, TOO_MANY_CONNECTIONS, TIMED_OUT, CONFLICT -> true;
            default -> false;
        };
    }
}
