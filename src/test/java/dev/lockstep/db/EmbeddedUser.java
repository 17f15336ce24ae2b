package dev.lockstep.db;

import dev.lockstep.db.embedded.EmbeddedPostgres;
import dev.lockstep.support.Deadline;
import dev.lockstep.support.Environment;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * A process that uses the embedded server of its environment: says what it waits for, asks the server who it is, says
 * {@code using PORT since TIME}, and stays until the file that is its argument exists; without one it ends at once.
 */
public final class EmbeddedUser {
    private EmbeddedUser() {}

    public static void main(String[] arguments) throws SQLException {
        PrintStream out = System.out;
        long began = System.nanoTime();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.open(Environment.ofProcess(), out::println)) {
            out.println("opened after " + (System.nanoTime() - began) / 1_000 + " us");
            out.println("using " + postgres.port() + " since " + startOf(postgres));
            Deadline deadline = Deadline.after(Duration.ofMinutes(5));
            while (arguments.length > 0 && !Files.exists(Path.of(arguments[0])) && !deadline.passed()) {
                deadline.pause();
            }
        }
    }

    /** When the server began, to the microsecond: which server it is. */
    public static String startOf(EmbeddedPostgres postgres) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://" + postgres.host() + ":" + postgres.port() + "/" + postgres.database(),
                        postgres.user(),
                        postgres.password().reveal());
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select pg_postmaster_start_time()::text")) {
            result.next();
            return result.getString(1);
        }
    }
}
