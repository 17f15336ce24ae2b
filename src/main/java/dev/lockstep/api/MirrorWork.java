package dev.lockstep.api;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.db.sqlite.SqliteTarget;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.copy.Preflight;
import dev.lockstep.mirror.follow.Following;
import dev.lockstep.mirror.plan.NotMirrored;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.MirrorSchema;
import dev.lockstep.mirror.schema.SchemaCopy;
import dev.lockstep.mirror.source.FollowTriggers;
import dev.lockstep.mirror.verify.Verification;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.support.ProgressListener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One call of a {@link Mirror}: what the engine is given, and what is made of its answers. */
final class MirrorWork {
    static final int USUAL_BATCH = 20_000;

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration FOR_EVER = Duration.ofDays(36_500);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration SWEEP = Duration.ofHours(1);
    private static final long MOST_NAMED = 10_000;

    private final MirrorSettings settings;
    private final Databases databases;
    private final DbTarget target;
    private final MirrorNews news;

    MirrorWork(MirrorSettings settings, Databases databases) {
        this.settings = settings;
        this.databases = databases;
        this.target = settings.target.target(databases);
        this.news = new MirrorNews(settings.metrics, MirrorWatcher.NONE);
        if (target instanceof SqliteTarget file && file.isSameAs(settings.source)) {
            throw LockstepException.refused("source and mirror are the same database: " + file, null);
        }
        if (settings.schema.isPresent() && !(target instanceof PgTarget)) {
            throw LockstepException.usage(
                    "a schema is of PostgreSQL, and the mirror is " + target.engine(),
                    "of MariaDB and MySQL, the URL names the database; SQLite has one");
        }
        target.warnings().forEach(news::say);
    }

    private Db source(SqliteFiles.Access access) {
        return databases.sqlite(settings.source, access, Databases.BUSY_TIMEOUT);
    }

    private MirrorConnection link(Session.Use use, Duration patience) {
        Session session = Session.of("lockstep-mirror", use);
        return new MirrorConnection(
                () -> MirrorSchema.in(databases.open(target, session), settings.schema),
                settings.patience.orElse(patience),
                news::say);
    }

    /** What identifies the source in all its runs, also those of the command line. */
    private String sourceId() {
        try {
            return settings.source.toRealPath().toString();
        } catch (IOException e) {
            throw LockstepException.usage("no such file: " + settings.source, "lockstep opens databases that exist");
        }
    }

    private String mirrorId() {
        return settings.schema.map(name -> target + ", schema " + name).orElseGet(target::toString);
    }

    MirrorPlan plan() {
        try (Db source = source(SqliteFiles.Access.SALVAGE);
                MirrorConnection link = link(Session.Use.WRITE, PATIENCE)) {
            List<Preflight.Finding> findings = Preflight.run(
                    source, link.db(), settings.selection(), Preflight.Keys.ASKED, ProgressListener.NOBODY);
            Map<String, TablePlan> plans = new LinkedHashMap<>();
            findings.forEach(finding -> plans.put(finding.plan().name(), finding.plan()));
            List<NotMirrored> left =
                    SchemaCopy.notMirrored(source, link, settings.selection(), SchemaCopy.ToMake.HAD, plans);
            return new MirrorPlan(findings.stream().map(MirrorWork::planned).toList(), lines(left));
        }
    }

    private static MirrorPlan.Table planned(Preflight.Finding finding) {
        TablePlan plan = finding.plan();
        List<String> ddl = new ArrayList<>();
        plan.ddl().ifPresent(ddl::add);
        ddl.addAll(plan.additions());
        ddl.addAll(finding.afterwards());
        List<String> notes = new ArrayList<>();
        plan.notes().forEach(note -> notes.add(MirrorNews.words(note)));
        finding.cut().ifPresent(notes::add);
        return new MirrorPlan.Table(
                plan.name(),
                plan.columns().stream()
                        .map(column -> column.name() + " " + column.declared())
                        .toList(),
                plan.key().stream().map(column -> column.name()).toList(),
                finding.rows(),
                ddl,
                plan.obstacles(),
                finding.rejected(),
                finding.rejects().stream().map(Object::toString).toList(),
                finding.merging(),
                notes);
    }

    MirrorCopy backfill() {
        long begun = System.nanoTime();
        try (Db source = source(SqliteFiles.Access.SALVAGE)) {
            Backfill.Options options = settings.options();
            Preflight.check(source, target, settings.selection(), options.trust());
            try (MirrorConnection link = link(Session.Use.WRITE, PATIENCE)) {
                List<Backfill.Table> tables = Preflight.hopeless(source, link, settings.selection(), options, news);
                if (tables.isEmpty()) {
                    MirrorRun run = MirrorRun.begin(link, sourceId(), owner(), settings.policy);
                    tables = new Backfill(options, news).run(source, run, settings.selection());
                }
                List<NotMirrored> left = SchemaCopy.notMirrored(source, link, settings.selection());
                MirrorCopy copy =
                        new MirrorCopy(tables.stream().map(MirrorNews::copied).toList(), lines(left));
                copy.tables().forEach(news::count);
                news.time("lockstep.mirror.backfill", begun, copy.isEqual());
                return copy;
            }
        }
    }

    private static String owner() {
        return ProcessIdentity.ofProcess().toText();
    }

    MirrorComparison verify() {
        long begun = System.nanoTime();
        try (Db source = source(SqliteFiles.Access.SALVAGE);
                MirrorConnection link = link(Session.Use.READ, PATIENCE)) {
            List<Verification.Table> tables =
                    new Verification(link, sourceId(), MOST_NAMED, news).run(source, settings.selection());
            List<NotMirrored> left = SchemaCopy.notMirrored(source, link, settings.selection());
            MirrorComparison found = new MirrorComparison(
                    tables.stream().map(MirrorNews::compared).toList(), lines(left));
            news.time("lockstep.mirror.verify", begun, found.isEqual());
            return found;
        }
    }

    void follow(MirrorWatcher watcher) throws InterruptedException {
        MirrorNews told = new MirrorNews(settings.metrics, watcher);
        Following.Options options = new Following.Options(settings.options(), INTERVAL, SWEEP);
        try (Db source = source(SqliteFiles.Access.WRITE)) {
            Preflight.check(
                    source, target, settings.selection(), options.backfill().trust());
            try (MirrorConnection link = link(Session.Use.WRITE, FOR_EVER)) {
                for (Backfill.Table hopeless :
                        Preflight.hopeless(source, link, settings.selection(), options.backfill(), told)) {
                    throw hopeless.failure().orElseThrow();
                }
                MirrorRun run = MirrorRun.begin(link, sourceId(), owner(), settings.policy);
                Following following =
                        new Following(source, settings.source, run, mirrorId(), settings.selection(), options, told);
                try {
                    following.run();
                } catch (InterruptedException e) {
                    leave(following, e);
                    throw e;
                }
            }
        }
    }

    /** Says in the mirror that the run has ended, over connections that nobody has told to stop. */
    private void leave(Following following, InterruptedException stopped) throws InterruptedException {
        try {
            databases.unstoppable(() -> {
                try (Db again = source(SqliteFiles.Access.WRITE)) {
                    following.leave(again);
                }
                return null;
            });
        } catch (LockstepException e) {
            stopped.addSuppressed(e);
        }
    }

    void unfollow() {
        try (Db source = source(SqliteFiles.Access.WRITE)) {
            new FollowTriggers(mirrorId(), settings.selection()).remove(source);
        }
    }

    private static List<String> lines(List<NotMirrored> left) {
        return left.stream()
                .map(one -> one.kind() + ", " + one.name() + ": " + one.reason())
                .toList();
    }
}
