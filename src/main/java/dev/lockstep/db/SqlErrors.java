package dev.lockstep.db;

import dev.lockstep.db.DbException.Reason;
import dev.lockstep.support.LockstepException;
import java.sql.SQLException;

/** What the drivers of all engines have in common when they fail. */
public final class SqlErrors {
    /** The SQLSTATE of whatever follows a statement that has failed. */
    public static final String FAILED_TRANSACTION = "25P02";

    private SqlErrors() {}

    /** The transaction that was to be committed had failed, and whoever ran it went on regardless. */
    public static DbException notCommitted() {
        return new DbException(
                Reason.NOT_COMMITTED,
                FAILED_TRANSACTION,
                "nothing was committed: a statement of the transaction had failed (" + FAILED_TRANSACTION + ")",
                null,
                null);
    }

    /** A connection that breaks here leaves the outcome open. */
    static DbException atCommit(DbException plain) {
        return switch (plain.reason()) {
            case CONNECTION_LOST, UNREACHABLE ->
                new DbException(
                        Reason.COMMIT_UNKNOWN,
                        plain.sqlState(),
                        "the connection broke while the transaction was committing: " + plain.getMessage(),
                        "whether it is committed, only the database knows; running the command again is safe",
                        plain.getCause());
            default -> plain;
        };
    }

    /** What a server said. One that takes no writes is not a server to work with. */
    public static DbException server(Reason reason, String state, String what, SQLException e) {
        LockstepException.Kind kind = reason == Reason.READ_ONLY ? LockstepException.Kind.REFUSED : reason.kind();
        DbException said = new DbException(kind, reason, state, what, serverHint(reason), e);
        return reason == Reason.NO_PRIVILEGE ? said.advising(DbRemedy.LOOK_UP_THE_PRIVILEGES.of()) : said;
    }

    private static String serverHint(Reason reason) {
        return switch (reason) {
            case FULL -> "nothing of this transaction was kept; make room on the server, and run it again";
            case READ_ONLY ->
                "the server, the database or the role is set to take no writes: default_transaction_read_only of"
                        + " PostgreSQL, read_only of MariaDB; a replica is, too";
            default -> null;
        };
    }

    public static String oneLine(SQLException e) {
        String message = e.getMessage() == null ? "the driver does not say why" : e.getMessage();
        // MariaDB's driver puts the number of the connection before what the server says.
        int end = message.startsWith("(conn=") ? message.indexOf(") ") : -1;
        message = end < 0 ? message : message.substring(end + 2);
        return message.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse(message);
    }
}
