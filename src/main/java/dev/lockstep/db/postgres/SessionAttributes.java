package dev.lockstep.db.postgres;

import java.util.List;

/** What {@code target_session_attrs} asks of a server. */
enum SessionAttributes {
    ANY,
    READ_WRITE,
    READ_ONLY,
    PRIMARY,
    STANDBY;

    /** The kinds to look for, one after the other over all hosts. */
    static List<SessionAttributes> inOrder(String targetSessionAttrs) {
        return switch (targetSessionAttrs) {
            case "read-write" -> List.of(READ_WRITE);
            case "read-only" -> List.of(READ_ONLY);
            case "primary" -> List.of(PRIMARY);
            case "standby" -> List.of(STANDBY);
            case "prefer-standby" -> List.of(STANDBY, ANY);
            default -> List.of(ANY);
        };
    }

    boolean matches(ServerState server) {
        return switch (this) {
            case ANY -> true;
            case READ_WRITE -> !server.standby() && !server.readOnly();
            case READ_ONLY -> server.standby() || server.readOnly();
            case PRIMARY -> !server.standby();
            case STANDBY -> server.standby();
        };
    }

    /** What is wrong with a server that does not match. */
    String mismatch() {
        return switch (this) {
            case ANY -> "nothing";
            case READ_WRITE -> "the server takes no writes";
            case READ_ONLY -> "the server takes writes";
            case PRIMARY -> "the server is a standby";
            case STANDBY -> "the server is not a standby";
        };
    }
}
