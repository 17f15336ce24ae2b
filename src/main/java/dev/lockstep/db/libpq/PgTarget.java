package dev.lockstep.db.libpq;

import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Engine;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Redactor;
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
 * string nor any variable says where to connect, it is the embedded server; {@link #isNamed} tells, so that a caller need
 * not start one that nobody has asked for.
 *
 * <p>Nothing that prints shows a password.
 */
public final class PgTarget implements DbTarget {
    /** The word for the server that lockstep brings along. */
    public static final String EMBEDDED = "embedded";

    private final ParameterSet parameters;
    private final List<Host> hosts;
    private final String user;
    private final String database;
    private final List<String> warnings;
    private final Path home;
    private final Redactor redactor;
    private final boolean named;

    private PgTarget(ParameterSet parameters, List<String> warnings, TargetSources sources) {
        this.parameters = parameters;
        this.user = parameters.name(Parameter.USER).orElseGet(() -> System.getProperty("user.name"));
        this.database = parameters.name(Parameter.DBNAME).orElse(user);
        this.home = sources.environment().home();
        this.redactor = sources.environment().redactor();
        this.named = true;
        this.hosts = new HostList(parameters, user, database, sources).find(warnings);
        this.warnings = List.copyOf(warnings);
    }

    /** The embedded server, which is only known once it runs. */
    private PgTarget(boolean named, Redactor redactor) {
        this.parameters = new ParameterSet();
        this.hosts = List.of();
        this.user = EMBEDDED;
        this.database = EMBEDDED;
        this.warnings = List.of();
        this.home = Path.of("/");
        this.redactor = redactor;
        this.named = named;
    }

    /**
     * One server that is known, with nothing taken from anywhere else.
     *
     * @param redactor learns its password
     */
    public static PgTarget at(Host host, String database, String user, Redactor redactor) {
        Map<Parameter, String> known = new EnumMap<>(Parameter.class);
        known.put(Parameter.HOST, host.name());
        known.put(Parameter.PORT, Integer.toString(host.port()));
        known.put(Parameter.DBNAME, database);
        known.put(Parameter.USER, user);
        host.password().ifPresent(password -> known.put(Parameter.PASSWORD, password.reveal()));
        ParameterSet parameters = new ParameterSet();
        known.put(Parameter.SSLMODE, "disable");
        parameters.addMissing(known, EMBEDDED);
        return new PgTarget(
                parameters, new ArrayList<>(), TargetSources.of(new Environment(Map.of("HOME", "/"), redactor)));
    }

    /**
     * Finds the target.
     *
     * @param url what the option says, or null if it was not given
     * @throws LockstepException usage: the description is wrong, or shows a password to others; refused: others may read the
     *     password file that was asked for
     */
    public static PgTarget resolve(String url, TargetSources sources) {
        Optional<ConnectionString> string = sources.string(url);
        boolean embedded =
                string.map(s -> s.text().equals(EMBEDDED)).orElseGet(() -> nothingSet(sources.environment()));
        if (embedded) {
            return new PgTarget(string.isPresent(), sources.environment().redactor());
        }
        List<String> warnings = new ArrayList<>();
        ParameterSet parameters = new ParameterSet();
        string.ifPresent(s -> parameters.addMissing(s.parse(warnings), s.origin()));
        Environment environment = sources.environment();
        ParameterSet variables = new ParameterSet();
        variables.addEnvironment(environment);
        parameters
                .text(Parameter.SERVICE)
                .or(() -> variables.text(Parameter.SERVICE))
                .ifPresent(service -> {
                    Optional<String> file =
                            parameters.text(Parameter.SERVICEFILE).or(() -> variables.text(Parameter.SERVICEFILE));
                    parameters.addMissing(ServiceFile.find(service, file, environment), "service " + service);
                });
        parameters.addEnvironment(environment);
        parameters.check();
        return new PgTarget(parameters, warnings, sources);
    }

    private static boolean nothingSet(Environment environment) {
        for (Parameter parameter : Parameter.values()) {
            if (parameter.locates() && environment.get(parameter.variable()).isPresent()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Engine engine() {
        return Engine.POSTGRESQL;
    }

    /** Whether this is the server that lockstep brings along; then nothing else is known of it. */
    public boolean embedded() {
        return hosts.isEmpty();
    }

    /** Whether anything says which server it is. If nothing does it is the embedded one. */
    public boolean isNamed() {
        return named;
    }

    public List<Host> hosts() {
        return hosts;
    }

    public String user() {
        return user;
    }

    public String database() {
        return database;
    }

    /** Equal for targets of which each connection is as good as one of the other. It holds passwords. */
    public Object identity() {
        return List.of(parameters.values(), hosts, user, database);
    }

    public ParameterSet parameters() {
        return parameters;
    }

    /** What {@code options} says. */
    public ServerOptions options() {
        return ServerOptions.of(parameters.text(Parameter.OPTIONS).orElse(""));
    }

    /** {@code $HOME}, for the files that libpq looks for there. */
    public Path home() {
        return home;
    }

    /** Knows the passwords of this target. */
    public Redactor redactor() {
        return redactor;
    }

    /** What psql would warn of: a password file that does not count, say. */
    @Override
    public List<String> warnings() {
        return warnings;
    }

    /** Which sources decided, for the hint of an error. */
    public String provenance() {
        Parameter host = parameters.text(Parameter.HOST).isPresent() ? Parameter.HOST : Parameter.HOSTADDR;
        return "host " + parameters.origin(host) + ", user " + parameters.origin(Parameter.USER);
    }

    /** {@code db9:5432,db10:5432/app as bob}. */
    @Override
    public String toString() {
        if (embedded()) {
            return EMBEDDED;
        }
        StringBuilder out = new StringBuilder();
        for (Host host : hosts) {
            out.append(out.isEmpty() ? "" : ",").append(host);
        }
        return out + "/" + database + " as " + user;
    }
}
