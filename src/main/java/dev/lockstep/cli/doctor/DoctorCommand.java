package dev.lockstep.cli.doctor;

import dev.lockstep.cli.audit.AuditArguments;
import dev.lockstep.cli.doctor.DoctorReport.Check;
import dev.lockstep.cli.html.HtmlReport;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Session;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep doctor}. */
public final class DoctorCommand implements Command {
    private static final Opt<String> FOR = Opt.text(
            "LIST",
            "Only what these mechanisms need, with commas: realm,transpile,audit,fts,mirror. Unset: all for which"
                    + " a database is named.",
            "--for");

    /** A mechanism, as {@code --for} names it. */
    enum Mechanism {
        REALM,
        TRANSPILE,
        AUDIT,
        FTS,
        MIRROR;

        static Mechanism of(String word) {
            for (Mechanism mechanism : values()) {
                if (mechanism.name().toLowerCase(Locale.ROOT).equals(word)) {
                    return mechanism;
                }
            }
            throw LockstepException.usage(
                    "unknown mechanism '" + word + "'",
                    "--for takes realm, transpile, audit, fts and mirror, with commas");
        }
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Check this machine, and the databases that are named, for all that keeps lockstep from"
                                + " working; each failure comes with what mends it. Ends with 3 if anything failed. Writes nothing.");
        FOR.addTo(spec);
        Options.postgres(spec);
        Options.sqlite(spec);
        Options.TO
                .meaning(
                        "The mirror of the SQLite database, as 'mirror status' takes it, or another database to log in to. Unset:"
                                + " LOCKSTEP_TO.")
                .addTo(spec);
        HtmlReport.HTML.addTo(spec);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        Optional<Set<Mechanism>> wanted = call.get(FOR).map(DoctorCommand::mechanisms);
        Set<Mechanism> mechanisms = wanted.orElse(EnumSet.allOf(Mechanism.class));
        DoctorReport findings = new DoctorReport(call);
        machine(findings, call.databases().environment());
        if (mechanisms.contains(Mechanism.REALM) || mechanisms.contains(Mechanism.TRANSPILE)) {
            new DoctorPostgres(call, findings, mechanisms, wanted.isPresent()).check();
        }
        if (call.has(Options.TO)
                || call.databases().environment().get("LOCKSTEP_TO").isPresent()) {
            findings.attempt("mirror.connection", () -> connection(call));
        }
        if (mechanisms.contains(Mechanism.FTS)
                || mechanisms.contains(Mechanism.AUDIT)
                || mechanisms.contains(Mechanism.MIRROR)) {
            sqlite(call, findings, mechanisms, wanted.isPresent());
        }
        call.get(HtmlReport.HTML).ifPresent(file -> findings.write(call, file));
        return findings.result();
    }

    /** Whether the database that {@code --to} means lets us in, whatever it is a mirror of. */
    private static Check connection(Invocation call) {
        DbTarget target = AuditArguments.target(call, call.get(Options.TO).orElse(null), "--to", "LOCKSTEP_TO");
        try (Db db = call.databases().open(target, call.session(Session.Use.READ))) {
            return Check.ok("mirror.connection", target + " lets us in: " + db.engine());
        }
    }

    /** Of an audit log that is on a server. */
    private static Check audit(Invocation call) {
        try (Db db = call.databases().open(AuditArguments.target(call), call.session(Session.Use.READ))) {
            return DoctorAudit.check(call, db);
        }
    }

    private static Set<Mechanism> mechanisms(String list) {
        Set<Mechanism> mechanisms = EnumSet.noneOf(Mechanism.class);
        for (String word : list.split(",", -1)) {
            mechanisms.add(Mechanism.of(word.strip()));
        }
        return mechanisms;
    }

    private static void sqlite(Invocation call, DoctorReport findings, Set<Mechanism> mechanisms, boolean asked) {
        boolean named = call.has(Options.DB)
                || call.databases().environment().get("LOCKSTEP_DB").isPresent()
                || call.profile()
                        .map(Profile::connections)
                        .flatMap(Profile.Connections::db)
                        .isPresent();
        if (named) {
            new DoctorSqlite(call, findings, mechanisms).check();
        } else if (mechanisms.equals(EnumSet.of(Mechanism.AUDIT)) && call.has(Options.TO)) {
            findings.attempt("audit", () -> audit(call));
        } else if (asked) {
            findings.fail("sqlite", "no database named", "give --db FILE, or set LOCKSTEP_DB");
        } else {
            findings.skipped("sqlite", "no database named");
        }
    }

    private static void machine(DoctorReport findings, Environment environment) {
        findings.ok("java", System.getProperty("java.version") + " in " + System.getProperty("java.home"));
        String encoding = System.getProperty("sun.jnu.encoding", "");
        if (encoding.equalsIgnoreCase("UTF-8")) {
            findings.ok("locale", encoding);
        } else {
            findings.warn(
                    "locale",
                    "file names and arguments are read as " + encoding + ": those beyond it cannot be named",
                    "export LC_ALL=C.UTF-8, or start bin/lockstep, which does");
        }
        launcher(findings, environment);
        state(findings, environment.stateDirectory());
    }

    private static void launcher(DoctorReport findings, Environment environment) {
        String home = System.getProperty("lockstep.home");
        if (home == null) {
            findings.warn("launcher", "started without bin/lockstep", "bin/lockstep sets up Java as it is fastest");
            return;
        }
        Path cache = environment.cacheDirectory();
        boolean archived = List.of(Path.of(home, "lib"), cache).stream()
                .anyMatch(folder -> Files.exists(folder.resolve("lockstep.jsa.stamp")));
        if (archived) {
            findings.ok("launcher", home + ", with a class archive");
        } else {
            findings.warn(
                    "launcher",
                    home + ", without a class archive: each start costs twice",
                    "make " + home + "/lib or " + cache + " writable");
        }
    }

    private static void state(DoctorReport findings, Path folder) {
        Path existing = folder.toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (Files.isDirectory(existing) && Files.isWritable(existing)) {
            findings.ok("state", folder.toString());
        } else {
            findings.warn(
                    "state",
                    folder + " cannot be written: no embedded server, no history, no --if-running",
                    "set XDG_STATE_HOME to a folder of yours");
        }
    }
}
