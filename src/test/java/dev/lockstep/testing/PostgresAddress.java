package dev.lockstep.testing;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** Where a PostgreSQL database is and who logs in, in the forms that a driver, a command line and a child process want. */
record PostgresAddress(String host, int port, String database, String user, String password) {
    private static final int DEFAULT_PORT = 5432;

    /** Reads {@code postgresql://user:password@host:port/database}, or the JDBC form with user and password as parameters. */
    static PostgresAddress parse(String url) {
        URI uri = URI.create(url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url);
        Map<String, String> login = new HashMap<>();
        if (uri.getRawQuery() != null) {
            for (String parameter : uri.getRawQuery().split("&", -1)) {
                String[] pair = parameter.split("=", 2);
                login.put(pair[0], pair.length == 2 ? decoded(pair[1]) : "");
            }
        }
        if (uri.getRawUserInfo() != null) {
            String[] pair = uri.getRawUserInfo().split(":", 2);
            login.put("user", decoded(pair[0]));
            login.put("password", pair.length == 2 ? decoded(pair[1]) : "");
        }
        return new PostgresAddress(
                uri.getHost(),
                uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                uri.getPath().length() > 1 ? uri.getPath().substring(1) : "postgres",
                login.getOrDefault("user", "postgres"),
                login.getOrDefault("password", ""));
    }

    PostgresAddress withPort(int other) {
        return new PostgresAddress(host, other, database, user, password);
    }

    PostgresAddress withDatabase(String other) {
        return new PostgresAddress(host, port, other, user, password);
    }

    PostgresAddress withLogin(String otherUser, String otherPassword) {
        return new PostgresAddress(host, port, database, otherUser, otherPassword);
    }

    String url() {
        return "postgresql://%s:%s@%s:%d/%s".formatted(encoded(user), encoded(password), host, port, encoded(database));
    }

    Map<String, String> environment() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PGHOST", host);
        variables.put("PGPORT", Integer.toString(port));
        variables.put("PGDATABASE", database);
        variables.put("PGUSER", user);
        variables.put("PGPASSWORD", password);
        return variables;
    }

    Connection connect(String applicationName) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("ApplicationName", applicationName);
        return DriverManager.getConnection(
                "jdbc:postgresql://%s:%d/%s".formatted(host, port, encoded(database)), properties);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
