package dev.lockstep.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/**
 * What an application registers with its own SQLite and others lack: the tokenizer {@code app_words}, the function {@code
 * app_fold}, the collation {@code app_order}. Its source lies beside it; where none is built it is compiled.
 */
public final class TestExtension {
    private static final String FOLDER = "extension/";

    private TestExtension() {}

    /** The library, in a folder of the test's. */
    public static Path in(Path folder) {
        try {
            boolean built = System.getProperty("os.name").equals("Linux")
                    && System.getProperty("os.arch").equals("amd64");
            return built ? copy("app-linux-x86_64.so", folder.resolve("app.so")) : compiled(folder);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs statements as the application does. */
    public static void run(Path file, Path extension, String... statements) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.enableLoadExtension(true);
        try (Connection connection = config.createConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("select load_extension('" + extension + "')");
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static Path compiled(Path folder) throws IOException, InterruptedException {
        Path source = copy("app.c", folder.resolve("app.c"));
        Path library = folder.resolve("app.so");
        int status = new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IllegalStateException("cc ended with " + status);
        }
        return library;
    }

    private static Path copy(String resource, Path file) throws IOException {
        try (InputStream bytes = TestExtension.class.getResourceAsStream(FOLDER + resource)) {
            Files.write(file, bytes.readAllBytes());
        }
        return file;
    }
}
