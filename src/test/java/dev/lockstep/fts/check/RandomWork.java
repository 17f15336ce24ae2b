package dev.lockstep.fts.check;

import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Many random changes of one file in one transaction. */
final class RandomWork {
    private static final int STATEMENTS = 60;

    /** A statement, and the values of its parameters; it may use fewer. */
    record Change(String sql, List<Object> values) {}

    private RandomWork() {}

    /** Makes the changes, and tells what SQLite said to each. */
    static List<String> run(Path file, Supplier<Change> changes) throws SQLException {
        List<String> said = new ArrayList<>();
        try (Connection connection = TestSqlite.connect(file)) {
            connection.setAutoCommit(false);
            for (int i = 0; i < STATEMENTS; i++) {
                Change change = changes.get();
                try (PreparedStatement statement = connection.prepareStatement(change.sql())) {
                    for (int n = 1; n <= statement.getParameterMetaData().getParameterCount(); n++) {
                        statement.setObject(n, change.values().get(n - 1));
                    }
                    said.add("changed " + statement.executeUpdate());
                } catch (SQLException e) {
                    said.add(e.getMessage());
                }
            }
            connection.commit();
        }
        return said;
    }
}
