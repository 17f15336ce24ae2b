package dev.lockstep.api;

import dev.lockstep.db.Connector;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.open.HandedSource;
import dev.lockstep.db.open.Targets;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.PercentEncoding;
import java.sql.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;

/** Where a database is, as a program says it: by a URL, with or without a login, or by a data source. */
final class Place {
    private static final String USER = "user";
    private static final String PASSWORD = "password";
    private static final String JDBC = "jdbc:";

    /** Of the forms that JDBC drivers take, those that are another form with that before it. */
    private static final List<String> PREFIXED = List.of("jdbc:mariadb:", "jdbc:mysql:", "jdbc:sqlite:");

    private final Optional<Connector> source;
    private final String url;
    private final Map<String, String> login;

    private Place(Optional<Connector> source, String url, Map<String, String> login) {
        this.source = source;
        this.url = url;
        this.login = login;
    }

    static Place of(String url) {
        return new Place(Optional.empty(), plain(url), Map.of());
    }

    /** @throws LockstepException usage: there is more than a user and a password */
    static Place of(String url, Properties properties) {
        Map<String, String> login = new HashMap<>();
        for (String name : properties.stringPropertyNames()) {
            if (!name.equals(USER) && !name.equals(PASSWORD)) {
                throw LockstepException.usage(
                        "the properties: lockstep takes user and password, and not " + name,
                        "what else there is to say of a connection stands in the URL");
            }
            login.put(name, properties.getProperty(name));
        }
        return new Place(Optional.empty(), plain(url), Map.copyOf(login));
    }

    static Place of(DataSource source) {
        Objects.requireNonNull(source, "the data source");
        return lentBy(source::getConnection);
    }

    /** A connection that the program has open, and that only the program closes. */
    static Place of(Connection connection) {
        return lentBy(HandedSource.of(Objects.requireNonNull(connection, "the connection")));
    }

    private static Place lentBy(Connector source) {
        return new Place(Optional.of(source), "", Map.of());
    }

    private static String plain(String url) {
        Objects.requireNonNull(url, "the URL");
        return PREFIXED.stream().anyMatch(url::startsWith) ? url.substring(JDBC.length()) : url;
    }

    /** What opens it, and knows nothing of others in this JVM. */
    Databases databases() {
        Environment process = Environment.ofProcess();
        Map<String, String> variables = new HashMap<>(process.variables());
        if (login.containsKey(USER)) {
            variables.put("PGUSER", login.get(USER));
        }
        if (login.containsKey(PASSWORD)) {
            variables.put("PGPASSWORD", login.get(PASSWORD));
            variables.put("MYSQL_PWD", login.get(PASSWORD));
        }
        return new Databases(process.with(variables));
    }

    /** @param databases of {@link #databases()} */
    DbTarget target(Databases databases) {
        return source.isPresent() ? databases.target(source.get()) : Targets.resolve(withUser(), sources(databases));
    }

    /** @throws LockstepException usage: it is a database of another kind */
    PgTarget postgres(Databases databases) {
        DbTarget target = target(databases);
        if (target instanceof PgTarget postgres) {
            return postgres;
        }
        throw LockstepException.usage(
                "this is kept in PostgreSQL, and " + target + " is " + target.engine(), "name a PostgreSQL");
    }

    private static TargetSources sources(Databases databases) {
        return TargetSources.of(databases.environment())
                .called("the URL", "the password file")
                .inPrivate();
    }

    /** The user of MariaDB has no variable: it stands in the URL. */
    private String withUser() {
        int authority = url.indexOf("://") + "://".length();
        boolean mariaDb = url.startsWith("mariadb://") || url.startsWith("mysql://");
        if (!mariaDb || !login.containsKey(USER) || url.indexOf('@') >= 0) {
            return url;
        }
        return url.substring(0, authority) + PercentEncoding.encode(login.get(USER)) + "@" + url.substring(authority);
    }
}
