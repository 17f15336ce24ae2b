package dev.lockstep.fts;

import dev.lockstep.support.Json;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What CADT itself does to its database, statement by statement, mistakes included. */
final class Upstream {
    private Upstream() {}

    /** Defers, unless the flag is set. Picks triggers by their text. */
    static void ensureDeferred(Path file) throws SQLException {
        try (Connection db = TestSqlite.connect(file);
                Statement statement = db.createStatement()) {
            statement.execute("BEGIN");
            if (value(db, CadtDatabase.FLAG) == null) {
                List<String[]> triggers = triggers(statement);
                if (!triggers.isEmpty()) {
                    put(db, "INSERT OR REPLACE", CadtDatabase.SNAPSHOT, snapshot(triggers));
                    for (String[] trigger : triggers) {
                        statement.execute("DROP TRIGGER IF EXISTS " + trigger[0]);
                    }
                } else if (value(db, CadtDatabase.SNAPSHOT) == null) {
                    statement.execute("ROLLBACK");
                    return;
                }
                put(db, "INSERT OR IGNORE", CadtDatabase.FLAG, "1");
            }
            statement.execute("COMMIT");
        }
    }

    /** Restores and rebuilds from all columns, if the flag is set. */
    static void restore(Path file) throws SQLException {
        try (Connection db = TestSqlite.connect(file);
                Statement statement = db.createStatement()) {
            statement.execute("BEGIN");
            if (value(db, CadtDatabase.FLAG) != null) {
                for (Object element : (List<?>) Json.parse(value(db, CadtDatabase.SNAPSHOT))) {
                    Map<?, ?> trigger = (Map<?, ?>) element;
                    statement.execute("DROP TRIGGER IF EXISTS " + trigger.get("name"));
                    statement.execute((String) trigger.get("sql"));
                }
                refill(statement, "projects_fts", "projects", CadtDatabase.PROJECT_COLUMNS);
                refill(statement, "units_fts", "units", CadtDatabase.UNIT_COLUMNS + ", timeStaged");
                statement.execute("DELETE FROM meta WHERE metaKey IN ('" + CadtDatabase.FLAG + "', '"
                        + CadtDatabase.SNAPSHOT + "')");
            }
            statement.execute("COMMIT");
        }
    }

    private static void refill(Statement statement, String index, String base, String columns) throws SQLException {
        statement.execute("DELETE FROM " + index);
        statement.execute("INSERT INTO " + index + " (" + columns + ") SELECT " + columns + " FROM " + base);
    }

    private static List<String[]> triggers(Statement statement) throws SQLException {
        List<String[]> triggers = new ArrayList<>();
        try (ResultSet rs = statement.executeQuery("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
                + " AND (sql LIKE '%projects_fts%' OR sql LIKE '%units_fts%') ORDER BY name")) {
            while (rs.next()) {
                triggers.add(new String[] {rs.getString(1), rs.getString(2)});
            }
        }
        return triggers;
    }

    /** {@code JSON.stringify} of an array of {@code {name, sql}}. */
    static String snapshot(List<String[]> triggers) {
        StringBuilder json = new StringBuilder("[");
        for (String[] trigger : triggers) {
            json.append(json.length() == 1 ? "" : ",")
                    .append("{\"name\":")
                    .append(stringify(trigger[0]))
                    .append(",\"sql\":")
                    .append(stringify(trigger[1]))
                    .append('}');
        }
        return json.append(']').toString();
    }

    private static String stringify(String text) {
        return '"'
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t")
                + '"';
    }

    private static String value(Connection db, String key) throws SQLException {
        try (PreparedStatement statement = db.prepareStatement("SELECT metaValue FROM meta WHERE metaKey = ?")) {
            statement.setString(1, key);
            try (ResultSet rs = statement.executeQuery()) {
                return rs.next() ? rs.getString(1) : null;
            }
        }
    }

    private static void put(Connection db, String verb, String key, String value) throws SQLException {
        try (PreparedStatement statement =
                db.prepareStatement(verb + " INTO meta (metaKey, metaValue) VALUES (?, ?)")) {
            statement.setString(1, key);
            statement.setString(2, value);
            statement.executeUpdate();
        }
    }
}
