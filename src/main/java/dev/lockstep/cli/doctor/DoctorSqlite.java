package dev.lockstep.cli.doctor;

import dev.lockstep.cli.doctor.DoctorCommand.Mechanism;
import dev.lockstep.cli.doctor.DoctorReport.Check;
import dev.lockstep.cli.doctor.DoctorReport.State;
import dev.lockstep.cli.fts.FtsStatusHint;
import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.mirror.MirrorArguments;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.text.Age;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.db.sqlite.SqliteHealth;
import dev.lockstep.db.sqlite.WriteAheadLog;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorStatus;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ShellWord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What {@code doctor} asks a SQLite database. */
final class DoctorSqlite {
    private static final String BACKFILL = "'lockstep mirror backfill'";
    private static final long LARGE_WAL = 64L << 20;
    private static final Duration OLD_MIRROR = Duration.ofDays(1);

    private final Invocation call;
    private final DoctorReport findings;
    private final Set<Mechanism> mechanisms;
    private final String file;
    private final String shown;

    DoctorSqlite(Invocation call, DoctorReport findings, Set<Mechanism> mechanisms) {
        this.call = call;
        this.findings = findings;
        this.mechanisms = mechanisms;
        this.file = call.sqliteFile();
        this.shown = ShellWord.quote(file.startsWith("-") ? "./" + file : file);
    }

    void check() {
        try (Db db = call.sqlite(SqliteFiles.Access.READ)) {
            findings.ok("sqlite", file);
            findings.attempt("sqlite.integrity", () -> integrity(db));
            findings.attempt("sqlite.wal", () -> wal(db));
            if (mechanisms.contains(Mechanism.FTS)) {
                findings.attempt("sqlite.profile", () -> tables(db));
                findings.attempt("fts", () -> fts(db));
            }
            if (mechanisms.contains(Mechanism.AUDIT)) {
                findings.attempt("audit", () -> DoctorAudit.check(call, db));
            }
            if (mechanisms.contains(Mechanism.MIRROR)) {
                findings.attempt("mirror", this::mirror);
            }
        } catch (LockstepException e) {
            findings.fail("sqlite", e.getMessage(), Hints.of(e));
        }
    }

    private Check integrity(Db db) {
        List<String> said = db.autocommit(SqliteHealth::damage);
        return said.isEmpty()
                ? Check.ok("sqlite.integrity", "ok")
                : new Check(
                        "sqlite.integrity",
                        State.FAIL,
                        String.join("; ", said),
                        "restore a backup, or: sqlite3 " + shown + " .recover | sqlite3 recovered.db");
    }

    private Check wal(Db db) {
        String mode = db.autocommit(SqliteHealth::journalMode);
        long size = WriteAheadLog.size(Invocation.file(file));
        return size > LARGE_WAL
                ? new Check(
                        "sqlite.wal",
                        State.WARN,
                        "the write-ahead log has " + (size >> 20) + " MB: a reader keeps it from being emptied",
                        "end the reader, then: sqlite3 " + shown + " \"pragma wal_checkpoint(truncate)\"")
                : Check.ok("sqlite.wal", "journal mode " + mode + ", log of " + (size >> 10) + " kB");
    }

    private Check tables(Db db) {
        Optional<Profile.Fts> fts = call.profile().flatMap(Profile::fts);
        if (fts.isEmpty()) {
            return new Check("sqlite.profile", State.SKIPPED, "no profile says what should be there", null);
        }
        List<String> present = db.autocommit(tx -> SqliteCatalog.of(tx).tables()).stream()
                .filter(table -> !table.type().equals("view"))
                .map(SqliteCatalog.Table::name)
                .toList();
        List<String> gone = new ArrayList<>();
        for (Profile.Table table : fts.get().tables()) {
            for (String name : List.of(table.base(), table.fts())) {
                if (present.stream().noneMatch(name::equalsIgnoreCase)) {
                    gone.add(name);
                }
            }
        }
        return gone.isEmpty()
                ? Check.ok(
                        "sqlite.profile",
                        "all tables of " + call.profile().get().name() + " are there")
                : new Check(
                        "sqlite.profile",
                        State.FAIL,
                        "not there: " + String.join(", ", gone),
                        "run the application's migrations, or name another --profile");
    }

    private Check fts(Db db) {
        FtsStatus status = FtsStatus.read(db, call.profile(), List.of());
        List<String> bad = new ArrayList<>();
        status.tables().forEach(table -> trouble(table).ifPresent(bad::add));
        if (status.leftovers() > 0) {
            bad.add(status.leftovers()
                    + " journals of changed rows are left of a deferral that somebody else has ended");
        }
        if (bad.isEmpty()) {
            int indexes = status.tables().size();
            return Check.ok(
                    "fts",
                    indexes + (indexes == 1 ? " index" : " indexes")
                            + ", a trigger for every event, and as many rows as they make;"
                            + " what the rows say was not compared");
        }
        return new Check("fts", State.FAIL, String.join("; ", bad), FtsStatusHint.of(call, db, status, List.of()));
    }

    private static Optional<String> trouble(FtsStatus.Table table) {
        String fts = table.fts();
        return switch (table.state()) {
            case ACTIVE ->
                table.expected().map(rows -> fts + " has another number of rows than the " + rows + " it ought to");
            case DEFERRED -> Optional.of(fts + " is deferred");
            case UNREADABLE ->
                Optional.of(fts + " cannot be opened: " + table.reason().orElse(""));
            case UNTRIGGERED -> {
                if (!table.absent().isEmpty()) {
                    yield Optional.of(fts + " has lost " + String.join(", ", table.absent()));
                }
                yield Optional.of(
                        table.triggers().isEmpty()
                                ? fts + " is kept by no trigger"
                                : fts + " has no trigger for " + String.join(", ", table.unkept()));
            }
        };
    }

    private Check mirror() {
        Optional<String> to = call.get(Options.TO);
        if (to.isEmpty() && call.databases().environment().get("LOCKSTEP_TO").isEmpty()) {
            return new Check("mirror", State.SKIPPED, "no mirror named", null);
        }
        MirrorStatus status;
        try (MirrorConnection link = MirrorArguments.link(call, Session.Use.READ)) {
            status = MirrorStatus.read(link.db(), MirrorArguments.sourceId(call), MirrorArguments.owner());
        }
        if (!status.isComplete()) {
            boolean never = status.state() == MirrorStatus.State.NEVER;
            return new Check(
                    "mirror",
                    State.FAIL,
                    never ? "nothing was ever copied" : "the last backfill did not bring every table",
                    never ? "'lockstep mirror backfill --create'" : BACKFILL);
        }
        Duration age = status.age().orElse(Duration.ZERO);
        int tables = status.tables().size();
        String detail = tables + (tables == 1 ? " table" : " tables") + ", complete " + Age.of(age) + " ago";
        return age.compareTo(OLD_MIRROR) > 0
                ? new Check("mirror", State.WARN, detail, BACKFILL)
                : Check.ok("mirror", detail);
    }
}
