package dev.lockstep.cli.doctor;

import dev.lockstep.cli.doctor.DoctorCommand.Mechanism;
import dev.lockstep.cli.doctor.DoctorReport.Check;
import dev.lockstep.cli.doctor.DoctorReport.State;
import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Durations;
import dev.lockstep.db.Db;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.listen.Channel;
import dev.lockstep.db.listen.ListenSession;
import dev.lockstep.db.postgres.ServerReport;
import dev.lockstep.realm.Notifications;
import dev.lockstep.realm.lock.RealmLocks;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.log.NamedListeners;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ShellWord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What {@code doctor} asks a PostgreSQL. */
final class DoctorPostgres {
    private static final Duration STATEMENT = Duration.ofSeconds(10);
    private static final Duration ECHO = Duration.ofSeconds(2);
    private static final Duration LONG_HELD = Duration.ofMinutes(10);
    private static final Duration LONG_WAITED = Duration.ofMinutes(1);
    private static final long FAR_BEHIND = 1_000;
    private static final double QUEUE_WARNS = 0.1;
    private static final double QUEUE_FAILS = 0.5;

    private static final Map<String, String> REALM_TABLES = Map.of(
            "lockstep_inval_head", "select insert update",
            "lockstep_inval_log", "select insert delete",
            "lockstep_listener", "select insert update delete",
            "modules", "select update delete");

    private static final Map<String, String> TRANSPILE_TABLES = Map.of(
            "module_transpile_cache", "select insert update delete",
            "lockstep_realm_floor", "select insert update",
            "lockstep_epoch", "select insert",
            "lockstep_keyed_artifact", "select insert update delete");

    private final Invocation call;
    private final DoctorReport findings;
    private final Set<Mechanism> mechanisms;
    private final boolean asked;

    /** @param asked whether the mechanisms were asked for by name, so that what is missing is a failure */
    DoctorPostgres(Invocation call, DoctorReport findings, Set<Mechanism> mechanisms, boolean asked) {
        this.call = call;
        this.findings = findings;
        this.mechanisms = mechanisms;
        this.asked = asked;
    }

    void check() {
        PgTarget target;
        try {
            if (!asked && !call.describedPostgres().isNamed()) {
                findings.skipped("postgresql", "none is named");
                return;
            }
            target = call.postgres();
        } catch (LockstepException e) {
            findings.fail("postgresql", e.getMessage(), Hints.of(e));
            return;
        }
        Session session = call.session(Session.Use.READ).withStatementTimeout(STATEMENT);
        try (Db db = call.databases().postgres(target, session)) {
            ServerReport server = db.autocommit(ServerReport::read);
            findings.ok("postgresql", target + " is PostgreSQL " + server.version());
            findings.add(role(server));
            findings.add(encryption(server));
            findings.attempt("postgresql.pooler", () -> pooler(db, target));
            findings.attempt("postgresql.notify", () -> roundTrip(db, target));
            findings.attempt("postgresql.queue", () -> queue(db));
            findings.attempt("postgresql.locks", () -> locks(db));
            if (mechanisms.contains(Mechanism.REALM)) {
                findings.attempt("realm.privileges", () -> privileges("realm.privileges", db, REALM_TABLES, server));
                findings.attempt("realm.listeners", () -> listeners(db));
                findings.attempt("realm.outbox", () -> DoctorOutbox.check(db));
            }
            if (mechanisms.contains(Mechanism.TRANSPILE)) {
                cache(db, server);
            }
        } catch (LockstepException e) {
            findings.fail("postgresql", e.getMessage(), Hints.of(e));
        }
    }

    private static Check role(ServerReport server) {
        return server.standby()
                ? new Check(
                        "postgresql.role",
                        State.FAIL,
                        "a standby: it takes no writes and no LISTEN",
                        "name the primary, or several hosts with target_session_attrs=read-write")
                : Check.ok("postgresql.role", "primary, as " + server.login());
    }

    private static Check encryption(ServerReport server) {
        if (server.encrypted()) {
            return Check.ok("postgresql.tls", "encrypted");
        }
        return server.remote()
                ? new Check(
                        "postgresql.tls",
                        State.WARN,
                        "not encrypted, and not on this machine",
                        "add sslmode=verify-full to the connection string")
                : Check.ok("postgresql.tls", "not encrypted, on this machine");
    }

    private Check pooler(Db db, PgTarget target) {
        if (!db.isPooled()) {
            return Check.ok("postgresql.pooler", "none between us and the server");
        }
        try (ListenSession ear = call.databases().listenSession(target, call.session(Session.Use.LISTEN))) {
            ear.listen(List.of(new Channel(channel())));
            ear.prove(call.databases().connector(target, call.session(Session.Use.READ)), ECHO);
        } catch (LockstepException e) {
            if (e.kind() != LockstepException.Kind.REFUSED) {
                throw e;
            }
            return new Check(
                    "postgresql.pooler",
                    State.FAIL,
                    "a transaction pooler stands between us and PostgreSQL: listeners hear nothing, locks hold nothing",
                    "connect to PostgreSQL's own port");
        }
        return new Check(
                "postgresql.pooler",
                State.WARN,
                "a pooler in session mode stands between us and PostgreSQL: listeners hear, and locks are refused",
                "connect to PostgreSQL's own port for what locks: realm lock, publish, unpublish and delete, mirror backfill");
    }

    private static String channel() {
        return "lockstep_doctor_" + ProcessHandle.current().pid();
    }

    private Check roundTrip(Db db, PgTarget target) {
        String word = channel();
        try (ListenSession ear = call.databases().listenSession(target, call.session(Session.Use.LISTEN))) {
            Channel channel = new Channel(word);
            ear.listen(List.of(channel));
            long start = System.nanoTime();
            db.run(tx -> Notifications.send(tx, channel, List.of(word)));
            if (ear.poll(ECHO).isEmpty()) {
                return new Check(
                        "postgresql.notify",
                        State.FAIL,
                        "no notification came back within " + Durations.render(ECHO),
                        "connect to PostgreSQL's own port, without a pooler");
            }
            long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
            return Check.ok("postgresql.notify", "heard again after " + millis + " ms");
        }
    }

    private static Check queue(Db db) {
        double usage = db.autocommit(Notifications::queue).usage();
        String detail = "notification queue " + Math.round(usage * 100) + " % full";
        State state = usage > QUEUE_FAILS ? State.FAIL : usage > QUEUE_WARNS ? State.WARN : State.OK;
        return new Check(
                "postgresql.queue",
                state,
                detail,
                state == State.OK
                        ? null
                        : "end the session that listens inside a transaction: 'lockstep realm listeners' names those that listen");
    }

    private static Check locks(Db db) {
        for (RealmLocks.Lock lock : db.autocommit(RealmLocks::all)) {
            if (lock.role() == RealmLocks.Role.WAITS && lock.ageMillis() > LONG_WAITED.toMillis()) {
                return new Check(
                        "postgresql.locks",
                        State.WARN,
                        lock.realm().orElse("lock " + lock.key()) + " is waited for since " + lock.ageMillis() / 60_000
                                + " min by backend " + lock.pid() + " on " + lock.client(),
                        "'lockstep realm locks'");
            }
            if (lock.role() == RealmLocks.Role.HOLDS && lock.ageMillis() > LONG_HELD.toMillis()) {
                return new Check(
                        "postgresql.locks",
                        State.WARN,
                        lock.realm().orElse("lock " + lock.key()) + " is held for " + lock.ageMillis() / 60_000
                                + " min by "
                                + (lock.application().isBlank() ? "backend " + lock.pid() : lock.application())
                                + " on " + lock.client(),
                        "if that is dead: select pg_terminate_backend(" + lock.pid() + ")");
            }
        }
        return Check.ok("postgresql.locks", "none held or waited for long");
    }

    private static Check privileges(String name, Db db, Map<String, String> needed, ServerReport server) {
        Map<String, String> denied = db.autocommit(tx -> ServerReport.lacking(tx, needed));
        if (denied.isEmpty()) {
            return Check.ok(name, "all that is needed on the tables that are there");
        }
        List<String> grants = new ArrayList<>();
        denied.forEach((table, missing) ->
                grants.add("grant " + missing + " on " + table + " to " + new Identifier(server.login())));
        return new Check(
                name,
                State.FAIL,
                server.login() + " may not use " + String.join(", ", denied.keySet()),
                String.join("; ", grants));
    }

    private static Check listeners(Db db) {
        if (!db.autocommit(InvalidationLog::isPresent)) {
            return new Check("realm.listeners", State.SKIPPED, "there is no durable log", null);
        }
        List<NamedListeners.Listener> all = db.autocommit(NamedListeners::all);
        for (NamedListeners.Listener listener : all) {
            Optional<Long> lag = listener.lag();
            if (lag.isEmpty() || lag.get() > FAR_BEHIND) {
                return new Check(
                        "realm.listeners",
                        State.FAIL,
                        listener.name() + " is "
                                + lag.map(behind -> behind + " invalidations behind")
                                        .orElse("at a log that is gone")
                                + (listener.state() == NamedListeners.State.LIVE ? "" : " and does not run"),
                        "'lockstep realm listen " + ShellWord.option("--durable", listener.name()) + "'");
            }
        }
        return Check.ok("realm.listeners", all.size() + " named, none far behind");
    }

    private void cache(Db db, ServerReport server) {
        findings.attempt(
                "transpile.privileges", () -> privileges("transpile.privileges", db, TRANSPILE_TABLES, server));
        new DoctorTranspile(findings, asked ? State.FAIL : State.WARN).check(db);
    }
}
