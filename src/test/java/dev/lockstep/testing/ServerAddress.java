package dev.lockstep.testing;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** Where a database is and who logs in. */
record ServerAddress(String host, int port, String database, String user, String password) {
    /**
     * Reads {@code scheme://user:password@host:port/database}, or the JDBC form with user and password as parameters.
     *
     * @param missing what an address that leaves something out means
     */
    static ServerAddress parse(String url, ServerAddress missing) {
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
        return new ServerAddress(
                uri.getHost(),
                uri.getPort() < 0 ? missing.port : uri.getPort(),
                uri.getPath().length() > 1 ? uri.getPath().substring(1) : missing.database,
                login.getOrDefault("user", missing.user),
                login.getOrDefault("password", missing.password));
    }

    ServerAddress withDatabase(String other) {
        return new ServerAddress(host, port, other, user, password);
    }

    ServerAddress withLogin(String otherUser, String otherPassword) {
        return new ServerAddress(host, port, database, otherUser, otherPassword);
    }

    ServerAddress at(String otherHost, int otherPort) {
        return new ServerAddress(otherHost, otherPort, database, user, password);
    }

    String url(String scheme) {
        return "%s://%s:%s@%s:%d/%s".formatted(scheme, encoded(user), encoded(password), host, port, encoded(database));
    }

    /** A connection of the driver whose URLs begin with {@code jdbc:} and the scheme. */
    Connection connect(String scheme, Map<String, String> settings) throws SQLException {
        Properties properties = new Properties();
        properties.putAll(settings);
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        return DriverManager.getConnection(
                "jdbc:%s://%s:%d/%s".formatted(scheme, host, port, encoded(database)), properties);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
