package dev.lockstep.db.mariadb;

import dev.lockstep.db.DbRemedy;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Engine;
import dev.lockstep.db.libpq.ConnectionString;
import dev.lockstep.db.libpq.ConnectionString.Exposure;
import dev.lockstep.db.libpq.ConnectionUri;
import dev.lockstep.db.libpq.PasswordFile;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Redactor;
import dev.lockstep.support.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A MariaDB or MySQL to connect to: {@code mariadb://user@host:port/database?sslmode=…}, or the same with {@code mysql:}.
 *
 * <p>What the URL leaves open comes from the groups {@code [client]} and {@code [client-mariadb]} of {@code ~/.my.cnf}, then
 * from MYSQL_HOST, MYSQL_TCP_PORT and MYSQL_PWD, as for the server's own client. The modes of TLS are libpq's, so that
 * one word means the same for every engine; the default is {@code prefer}.
 */
public final class MariaDbTarget implements DbTarget {
    private static final List<String> SCHEMES = List.of("mariadb://", "mysql://");
    private static final Set<String> PARAMETERS =
            Set.of("sslmode", "sslrootcert", "connect_timeout", "get_server_public_key", "server_public_key_path");
    private static final int DEFAULT_PORT = 3306;
    private static final int MAX_PORT = 65_535;

    /** How TLS is used. */
    enum Tls {
        DISABLE("disable"),
        /** If the server has it, with any certificate. */
        PREFER("allow"),
        /** Or no connection; with any certificate. */
        REQUIRE("trust"),
        VERIFY_CA("verify-ca"),
        VERIFY_FULL("verify-full");

        private final String driverMode;

        Tls(String driverMode) {
            this.driverMode = driverMode;
        }

        String driverMode() {
            return driverMode;
        }

        /** libpq's word, or that of MySQL's clients. */
        static Optional<Tls> of(String word) {
            return Optional.ofNullable(
                    switch (word.toLowerCase(Locale.ROOT)) {
                        case "disable", "disabled" -> DISABLE;
                        case "prefer", "preferred", "allow" -> PREFER;
                        case "require", "required" -> REQUIRE;
                        case "verify-ca", "verify_ca" -> VERIFY_CA;
                        case "verify-full", "verify_identity" -> VERIFY_FULL;
                        default -> null;
                    });
        }
    }

    private final ConnectionString source;
    private final Map<String, String> named;
    private final OptionFile options;
    private final TargetSources sources;
    private final List<String> warnings = new ArrayList<>();
    private final String host;
    private final int port;
    private final String user;
    private final String database;
    private final Tls tls;
    private final Optional<Secret> password;
    private String passwordOrigin = "not given";

    private MariaDbTarget(ConnectionString source, Map<String, String> named, TargetSources sources) {
        this.source = source;
        this.named = named;
        this.sources = sources;
        this.options = OptionFile.read(sources.environment().home().resolve(".my.cnf"), warnings);
        Environment environment = sources.environment();
        this.host =
                given("host", "host").or(() -> environment.get("MYSQL_HOST")).orElse("localhost");
        this.port = given("port", "port")
                .or(() -> environment.get("MYSQL_TCP_PORT"))
                .map(this::port)
                .orElse(DEFAULT_PORT);
        this.user = given("user", "user").orElseGet(() -> System.getProperty("user.name"));
        this.database = given("dbname", "database").orElseThrow(() -> wrong("it names no database"));
        this.tls = tls();
        this.password = findPassword();
    }

    /** What follows the scheme, if the text has one of these. */
    public static Optional<String> afterScheme(String text) {
        for (String scheme : SCHEMES) {
            if (text.startsWith(scheme)) {
                return Optional.of(text.substring(scheme.length()));
            }
        }
        return Optional.empty();
    }

    public static MariaDbTarget resolve(ConnectionString source, String afterScheme, TargetSources sources) {
        Map<String, String> named = new ConnectionUri(source, afterScheme).parse();
        boolean secret = named.containsKey("password");
        if (secret && source.exposure() == Exposure.PUBLIC) {
            throw LockstepException.usage(
                            source.origin() + ": a password must not stand here, where others can read it", null)
                    .advising(DbRemedy.HIDE_THE_PASSWORD.of("MYSQL_PWD", "~/.my.cnf"));
        }
        for (String name : named.keySet()) {
            boolean part = name.equals("host") || name.equals("port") || name.equals("user") || name.equals("dbname");
            if (!part && !name.equals("password") && !PARAMETERS.contains(name)) {
                throw LockstepException.usage(
                        source.origin() + ": unknown parameter"
                                + (secret || afterScheme.indexOf('@') < 0 ? "" : " '" + name + "'"),
                        DidYouMean.to(name, PARAMETERS)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("there are " + String.join(", ", new TreeSet<>(PARAMETERS))));
            }
        }
        return new MariaDbTarget(source, named, sources);
    }

    private LockstepException wrong(String what) {
        return LockstepException.usage(source.origin() + ": " + what, "it takes mariadb://user@host:port/database");
    }

    private Optional<String> given(String name, String option) {
        Optional<String> value = Optional.ofNullable(named.get(name)).or(() -> options.get(option));
        String shown = value.orElse("");
        for (int i = 0; i < shown.length(); i++) {
            if (Character.isISOControl(shown.charAt(i))) {
                throw wrong("the " + name + " must not hold a control character");
            }
        }
        if (name.equals("host") && (shown.startsWith("/") || shown.indexOf(',') >= 0)) {
            throw wrong("it must name one host, reached by TCP");
        }
        return value.filter(text -> !text.isEmpty());
    }

    private int port(String text) {
        int number;
        try {
            number = Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            number = 0;
        }
        if (number < 1 || number > MAX_PORT) {
            throw wrong("the port must be a number from 1 to " + MAX_PORT);
        }
        return number;
    }

    private Tls tls() {
        String mode = named.get("sslmode");
        if (mode != null) {
            return Tls.of(mode)
                    .orElseThrow(() -> LockstepException.usage(
                            source.origin() + ": sslmode must be disable, prefer, require, verify-ca or verify-full",
                            null));
        }
        if (options.get("ssl-mode").isPresent()) {
            return Tls.of(options.get("ssl-mode").get()).orElse(Tls.PREFER);
        }
        return options.get("ssl-verify-server-cert").isPresent() ? Tls.VERIFY_FULL : Tls.PREFER;
    }

    private Optional<Secret> findPassword() {
        Optional<Secret> found = sources.passwordFile().map(PasswordFile::only);
        if (found.isPresent()) {
            passwordOrigin = "from " + sources.passwordOption();
        } else if (named.containsKey("password")) {
            found = Optional.of(Secret.of(named.get("password")));
            passwordOrigin = "from " + source.origin();
        } else if (options.get("password").isPresent()) {
            found = options.get("password").map(Secret::of);
            passwordOrigin = "from ~/.my.cnf";
        } else if (sources.environment().get("MYSQL_PWD").isPresent()) {
            found = sources.environment().get("MYSQL_PWD").map(Secret::of);
            passwordOrigin = "from MYSQL_PWD";
        }
        found.filter(secret -> !secret.reveal().equals(user) && !secret.reveal().equals(database))
                .ifPresent(redactor()::register);
        return found;
    }

    /** How long a connection may take, in seconds, if the URL says so; 0: any time. */
    Optional<Integer> connectTimeout() {
        String seconds = named.get("connect_timeout");
        try {
            return seconds == null ? Optional.empty() : Optional.of(Math.max(0, Integer.parseInt(seconds.strip())));
        } catch (NumberFormatException e) {
            throw wrong("connect_timeout must be a whole number of seconds");
        }
    }

    @Override
    public Engine engine() {
        return Engine.MARIADB;
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    public String user() {
        return user;
    }

    public String database() {
        return database;
    }

    Tls encryption() {
        return tls;
    }

    /** The file with the certificate that must vouch for the server's, if it is not one that Java knows. */
    Optional<String> rootCertificate() {
        return Optional.ofNullable(named.get("sslrootcert")).or(() -> options.get("ssl-ca"));
    }

    /** The file with the key by which the server's log-in encrypts a password where there is no TLS. */
    Optional<String> publicKey() {
        return Optional.ofNullable(named.get("server_public_key_path")).or(() -> options.get("server-public-key-path"));
    }

    /** Whether that key may be asked of the server, which somebody between here and there could stand in for. */
    boolean asksForPublicKey() {
        String asked = named.containsKey("get_server_public_key")
                ? named.get("get_server_public_key")
                : options.get("get-server-public-key")
                        .map(word -> word.isEmpty() ? "true" : word)
                        .orElse("false");
        return switch (asked.toLowerCase(Locale.ROOT)) {
            case "true", "1", "on" -> true;
            case "false", "0", "off" -> false;
            default -> throw wrong("get_server_public_key must be true or false");
        };
    }

    Optional<Secret> password() {
        return password;
    }

    /** Knows the password. */
    public Redactor redactor() {
        return sources.environment().redactor();
    }

    /** Which sources decided, for the hint of an error. */
    String provenance() {
        return "host " + origin("host", "MYSQL_HOST") + ", user " + origin("user", null) + ", password "
                + passwordOrigin;
    }

    private String origin(String name, String variable) {
        if (named.containsKey(name)) {
            return "from " + source.origin();
        }
        if (options.get(name).isPresent()) {
            return "from ~/.my.cnf";
        }
        return variable != null && sources.environment().get(variable).isPresent() ? "from " + variable : "by default";
    }

    @Override
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** {@code db9:3306/app as bob}. */
    @Override
    public String toString() {
        return at() + "/" + database + " as " + user;
    }

    /** {@code db9:3306}. */
    String at() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
