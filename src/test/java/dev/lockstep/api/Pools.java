package dev.lockstep.api;

import com.zaxxer.hikari.HikariConfig;
import dev.lockstep.testing.TestDatabase;

/** Pools of connections, as programs have them. */
final class Pools {
    private Pools() {}

    /** One that is about to be made, of a database, with its login. */
    static HikariConfig config(TestDatabase database, int size) {
        String url = "jdbc:postgresql://%s:%d/%s".formatted(database.host(), database.port(), database.name());
        return config(url, database.user(), database.password(), size);
    }

    static HikariConfig config(String url, String user, String password, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(size);
        return config;
    }
}
