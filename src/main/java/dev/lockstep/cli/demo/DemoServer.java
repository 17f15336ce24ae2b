package dev.lockstep.cli.demo;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The PostgreSQL that the demo plays on: the embedded one, or a database of the demo's own on the server that
 * {@code --pg} names, which is dropped at the end. What else is on that server is neither read nor written, and whoever
 * listens in its other databases hears nothing: notifications do not leave a database.
 */
final class DemoServer implements AutoCloseable {
    private static final String NAME = "lockstep_demo_%06x";

    /** How long a busy server is waited for, unless the environment says. Nobody is hurt by a demo that takes its time. */
    private static final String LOGIN_TIMEOUT = "PGCONNECT_TIMEOUT";

    private static final String LOGIN_SECONDS = "60";

    /** A URL up to its database, the database, and its parameters. */
    private static final Pattern URL =
            Pattern.compile("((?:jdbc:)?postgres(?:ql)?://[^/?]*|jdbc:postgresql:)(/?[^?]*)(\\?.*)?", Pattern.DOTALL);

    private static final Pattern DATABASE_PARAMETER = Pattern.compile("(?<=[?&])(?:dbname|database)=[^&]*&?");

    private final Invocation call;
    private final Environment before;
    private final String given;
    private final String own;
    private final String url;

    private DemoServer(Invocation call, String given, String own, String url) {
        this.call = call;
        this.before = call.databases().environment();
        this.given = given;
        this.own = own;
        this.url = url;
    }

    /**
     * The server that the option means, with an empty database on it.
     *
     * @throws LockstepException usage: the description is wrong; refused: a pooler stands between
     */
    static DemoServer of(Invocation call) {
        String given = call.get(DemoCommand.PG).orElse(PgTarget.EMBEDDED);
        if (given.equals(PgTarget.EMBEDDED)) {
            // It may have to be fetched first, which takes as long as the network does.
            call.databases().onProgress(call.output()::message);
            return new DemoServer(call, given, null, given);
        }
        String own = NAME.formatted(new SecureRandom().nextInt(1 << 24));
        DemoServer server = new DemoServer(call, given, own, inDatabase(given, own));
        server.waitLonger();
        if (!server.target(server.url).database().equals(own)) {
            throw LockstepException.usage(
                    "--pg: the demo cannot put a database of its own into this description",
                    "give it as postgresql://user@host:port/database");
        }
        try (Db db = server.open(given)) {
            if (db.isPooled()) {
                throw LockstepException.refused(
                        "a pooler stands between here and PostgreSQL: the demo makes a database, and locks",
                        "connect to PostgreSQL's own port");
            }
            alone(db, "create database " + own + " template template0 encoding 'UTF8'");
        }
        return server;
    }

    private void waitLonger() {
        Map<String, String> variables = new HashMap<>(before.variables());
        variables.putIfAbsent(LOGIN_TIMEOUT, LOGIN_SECONDS);
        call.databases().use(before.with(variables));
    }

    /** The same server and account, another database. The last one that is said counts. */
    static String inDatabase(String url, String database) {
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            return url + " dbname=" + database;
        }
        String slash = parts.group(1).endsWith(":") ? "" : "/";
        String parameters = parts.group(3) == null ? "" : parts.group(3);
        return parts.group(1)
                + slash
                + database
                + DATABASE_PARAMETER.matcher(parameters).replaceAll("").replaceFirst("[?&]$", "");
    }

    /** Whether it is somebody's, and has a database of the demo on it. */
    boolean isGiven() {
        return own != null;
    }

    /** The database that was made. */
    String database() {
        return own;
    }

    /** What a command is given after {@code --pg} or {@code --to}. */
    String url() {
        return url;
    }

    /** The server and the account, for people. */
    String title() {
        return target(given).toString();
    }

    Db open() {
        return open(url);
    }

    private Db open(String description) {
        return call.databases().postgres(target(description), call.session(Session.Use.WRITE));
    }

    private PgTarget target(String description) {
        return PgTarget.resolve(description, Options.sources(call.databases().environment()));
    }

    /** Runs what no transaction may hold. */
    private static void alone(Db db, String sql) {
        db.autocommit(tx -> {
            tx.execute(sql);
            return null;
        });
    }

    /** Drops what was made, and ends whoever is still in it; also if the demo is stopped. */
    @Override
    public void close() throws InterruptedException {
        if (!isGiven()) {
            return;
        }
        call.databases().unstoppable(() -> {
            try (Db db = open(given)) {
                alone(db, "drop database if exists " + own + " with (force)");
            }
            String text = "The database " + own + " is dropped.";
            call.output().event("say", Map.of("text", text), text);
            return null;
        });
        call.databases().use(before);
    }
}
