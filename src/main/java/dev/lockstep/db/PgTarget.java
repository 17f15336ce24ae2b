package dev.lockstep.db;

import dev.lockstep.db.ConnectionString.Exposure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A PostgreSQL to connect to: which servers, which database, as whom, and how, found the way psql finds it.
 *
 * <p>The connection string is the option, else its variable, else the profile's; each parameter that it leaves open comes
 * from the service that it, or PGSERVICE, names, else from the PG variables, else it has libpq's default. If neither a
 * string nor any variable says where to connect, it is the embedded server.
 *
 * <p>Nothing that prints shows a password.
 */
public final class PgTarget {
    /** The word for the server that lockstep brings along. */
    public static final String EMBEDDED = "embedded";

    private static final String DEFAULT_HOST = "localhost";
    private static final int DEFAULT_PORT = 5432;
    private static final int MAX_PORT = 65_535;

    /**
     * Where a target may be described.
     *
     * @param option what the command line calls the connection string, for messages
     * @param variable the variable that stands in for the option
     * @param profileUrl the connection string of the profile, which must not hold a password
     * @param passwordFile a file that holds the password and nothing else; it beats every other password
     */
    public record Sources(
            Environment environment,
            String option,
            String variable,
            Optional<String> profileUrl,
            Optional<Path> passwordFile) {
        /** The option {@code --pg} and its variable, with no profile and no password file. */
        public static Sources of(Environment environment) {
            return new Sources(environment, "--pg", "LOCKSTEP_PG", Optional.empty(), Optional.empty());
        }

        public Sources withProfileUrl(Optional<String> url) {
            return new Sources(environment, option, variable, url, passwordFile);
        }

        public Sources withPasswordFile(Optional<Path> file) {
            return new Sources(environment, option, variable, profileUrl, file);
        }

        private Optional<ConnectionString> string(String url) {
            if (url != null) {
                return Optional.of(new ConnectionString(url, option, Exposure.PUBLIC));
            }
            return environment
                    .get(variable)
                    .map(text -> new ConnectionString(text, variable, Exposure.PRIVATE))
                    .or(() -> profileUrl.map(text -> new ConnectionString(text, "the profile", Exposure.PUBLIC)));
        }

        private boolean nothingSet() {
            for (PgParameter parameter : PgParameter.values()) {
                if (parameter.locates() && environment.get(parameter.variable()).isPresent()) {
                    return false;
                }
            }
            return true;
        }
    }

    private final PgSettings settings;
    private final List<PgHost> hosts;
    private final String user;
    private final String database;
    private final List<String> warnings;
    private final Path home;

    private PgTarget(PgSettings settings, List<String> warnings, Sources sources) {
        this.settings = settings;
        this.user = settings.text(PgParameter.USER).orElseGet(() -> System.getProperty("user.name"));
        this.database = settings.text(PgParameter.DBNAME).orElse(user);
        this.home = sources.environment().home();
        this.hosts = hosts(warnings, sources);
        this.warnings = List.copyOf(warnings);
    }

    /** The embedded server, which is only known once it runs. */
    private PgTarget() {
        this.settings = new PgSettings();
        this.hosts = List.of();
        this.user = EMBEDDED;
        this.database = EMBEDDED;
        this.warnings = List.of();
        this.home = Path.of("/");
    }

    /** One server that is known, with nothing taken from anywhere else. */
    static PgTarget at(PgHost host, String database, String user) {
        Map<PgParameter, String> known = new EnumMap<>(PgParameter.class);
        known.put(PgParameter.HOST, host.name());
        known.put(PgParameter.PORT, Integer.toString(host.port()));
        known.put(PgParameter.DBNAME, database);
        known.put(PgParameter.USER, user);
        host.password().ifPresent(password -> known.put(PgParameter.PASSWORD, password.reveal()));
        PgSettings settings = new PgSettings();
        known.put(PgParameter.SSLMODE, "disable");
        settings.addMissing(known, EMBEDDED);
        return new PgTarget(settings, new ArrayList<>(), Sources.of(new Environment(Map.of())));
    }

    /**
     * Finds the target.
     *
     * @param url what the option says, or null if it was not given
     * @throws Trouble usage: the description is wrong, or shows a password to others; refused: others may read the
     *     password file that was asked for
     */
    public static PgTarget resolve(String url, Sources sources) {
        Optional<ConnectionString> string = sources.string(url);
        boolean embedded = string.map(s -> s.text().equals(EMBEDDED)).orElseGet(sources::nothingSet);
        if (embedded) {
            return new PgTarget();
        }
        List<String> warnings = new ArrayList<>();
        PgSettings settings = new PgSettings();
        string.ifPresent(s -> settings.addMissing(s.parse(warnings), s.origin()));
        Environment environment = sources.environment();
        PgSettings variables = new PgSettings();
        variables.addEnvironment(environment);
        settings.text(PgParameter.SERVICE)
                .or(() -> variables.text(PgParameter.SERVICE))
                .ifPresent(service -> {
                    Optional<String> file =
                            settings.text(PgParameter.SERVICEFILE).or(() -> variables.text(PgParameter.SERVICEFILE));
                    settings.addMissing(ServiceFile.find(service, file, environment), "service " + service);
                });
        settings.addEnvironment(environment);
        settings.check();
        return new PgTarget(settings, warnings, sources);
    }

    private List<PgHost> hosts(List<String> warnings, Sources sources) {
        List<String> names = list(PgParameter.HOST);
        List<String> addresses = list(PgParameter.HOSTADDR);
        List<String> ports = list(PgParameter.PORT);
        int count = Math.max(1, addresses.isEmpty() ? names.size() : addresses.size());
        if (!addresses.isEmpty() && !names.isEmpty() && names.size() != count) {
            throw settings.bad(PgParameter.HOSTADDR, "must name as many addresses as there are hosts");
        }
        if (ports.size() > 1 && ports.size() != count) {
            throw settings.bad(PgParameter.PORT, "must be one port, or as many as there are hosts");
        }
        Passwords passwords = new Passwords(warnings, sources);
        List<PgHost> found = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Optional<String> address = element(addresses, i);
            String name = element(names, i).or(() -> address).orElse(DEFAULT_HOST);
            if (name.startsWith("/") || name.startsWith("@")) {
                throw Trouble.usage(
                        "host " + settings.origin(PgParameter.HOST)
                                + " is a Unix socket, which Java's driver cannot use",
                        "give a host name: localhost, for a server on this machine that listens on TCP");
            }
            int port = element(ports, ports.size() == 1 ? 0 : i).map(this::port).orElse(DEFAULT_PORT);
            found.add(passwords.host(name, address, port));
        }
        return List.copyOf(found);
    }

    private List<String> list(PgParameter parameter) {
        return settings.text(parameter)
                .map(text -> List.of(text.split(",", -1)))
                .orElse(List.of());
    }

    private static Optional<String> element(List<String> list, int index) {
        return index < list.size() ? Optional.of(list.get(index)).filter(text -> !text.isEmpty()) : Optional.empty();
    }

    private int port(String text) {
        try {
            int port = Integer.parseInt(text.strip());
            if (port > 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw settings.bad(PgParameter.PORT, "must be a number from 1 to " + MAX_PORT);
        }
        throw settings.bad(PgParameter.PORT, "must be a number from 1 to " + MAX_PORT);
    }

    /** Finds the password of each host; the file of passwords is read only if nothing else has one. */
    private final class Passwords {
        private final Optional<Secret> ofAll;
        private final String origin;
        private final List<String> lines;

        Passwords(List<String> warnings, Sources sources) {
            Path file = settings.text(PgParameter.PASSFILE).map(Path::of).orElseGet(() -> home.resolve(".pgpass"));
            Optional<Secret> asked = sources.passwordFile().map(PasswordFile::only);
            ofAll = asked.or(() -> settings.text(PgParameter.PASSWORD).map(Secret::of));
            origin = asked.isPresent()
                    ? "from --password-file"
                    : ofAll.isPresent() ? settings.origin(PgParameter.PASSWORD) : "from " + file;
            lines = ofAll.isPresent() ? List.of() : PasswordFile.lines(file, warnings);
        }

        PgHost host(String name, Optional<String> address, int port) {
            Optional<Secret> password =
                    ofAll.or(() -> PasswordFile.find(lines, name, Integer.toString(port), database, user));
            password.filter(PgTarget.this::canBeHidden).ifPresent(Redactor::register);
            return new PgHost(name, address, port, password, password.isPresent() ? origin : "not given");
        }
    }

    /** A password that is also the user's name guards nothing, and without it no message could be read. */
    private boolean canBeHidden(Secret secret) {
        return !secret.reveal().equals(user) && !secret.reveal().equals(database);
    }

    /** Whether this is the server that lockstep brings along; then nothing else is known of it. */
    public boolean embedded() {
        return hosts.isEmpty();
    }

    List<PgHost> hosts() {
        return hosts;
    }

    public String user() {
        return user;
    }

    public String database() {
        return database;
    }

    PgSettings settings() {
        return settings;
    }

    /** {@code $HOME}, for the files that libpq looks for there. */
    Path home() {
        return home;
    }

    /** What psql would warn of: a password file that does not count, say. */
    public List<String> warnings() {
        return warnings;
    }

    /** Which sources decided, for the hint of an error. */
    String provenance() {
        PgParameter host = settings.text(PgParameter.HOST).isPresent() ? PgParameter.HOST : PgParameter.HOSTADDR;
        return "host " + settings.origin(host) + ", user " + settings.origin(PgParameter.USER);
    }

    /** {@code db9:5432,db10:5432/app as bob}. */
    @Override
    public String toString() {
        if (embedded()) {
            return EMBEDDED;
        }
        StringBuilder out = new StringBuilder();
        for (PgHost host : hosts) {
            out.append(out.isEmpty() ? "" : ",").append(host);
        }
        return out + "/" + database + " as " + user;
    }
}
