package dev.lockstep.cli.top;

import dev.lockstep.cli.progress.RunningWork;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Session;
import dev.lockstep.db.Tx;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.mirror.run.MirrorStatus;
import dev.lockstep.mirror.source.FollowTriggers;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.realm.lock.RealmLocks;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.log.NamedListeners;
import dev.lockstep.realm.log.OutboxState;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.transpile.schema.CacheSchema;
import dev.lockstep.transpile.schema.Upkeep;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Looks at sources, again and again, each time by connections that are made for it. */
final class TopReader {
    private static final Duration STATEMENT = Duration.ofSeconds(10);
    private static final Duration LOCK = Duration.ofSeconds(2);

    /** What reads one part. */
    @FunctionalInterface
    private interface Part {
        void read(List<TopRow> rows) throws IOException;
    }

    /**
     * What was seen.
     *
     * @param failures why parts could not be looked at, each of which is a row, too
     */
    record Look(List<TopRow> rows, List<LockstepException> failures) {}

    /** How many of something there were at a moment. */
    private record Seen(long nanos, long amount) {}

    private final Databases databases;
    private final List<TopSource> sources;
    private Map<String, Seen> before = new HashMap<>();

    TopReader(Databases databases, List<TopSource> sources) {
        this.databases = databases;
        this.sources = sources;
    }

    Look read() {
        Look look = new Look(new ArrayList<>(), new ArrayList<>());
        for (TopSource source : sources) {
            if (source.db().isPresent() && source.to().isPresent()) {
                part(
                        look,
                        source,
                        "mirror",
                        read -> mirror(
                                read, source, source.db().get(), source.to().get()));
            }
            source.pg().ifPresent(pg -> {
                part(look, source, "listener", read -> on(pg, tx -> listeners(tx, read, source.label())));
                part(look, source, "outbox", read -> on(pg, tx -> outbox(tx, read, source.label())));
                part(look, source, "lock", read -> on(pg, tx -> locks(tx, read, source.label())));
                part(look, source, "cache", read -> on(pg, tx -> caches(tx, read, source.label())));
            });
            source.db().ifPresent(file -> part(look, source, "index", read -> indexes(read, source, file)));
        }
        return new Look(rated(look.rows()), look.failures());
    }

    private static void part(Look look, TopSource source, String kind, Part part) {
        try {
            part.read(look.rows());
        } catch (LockstepException e) {
            failed(look, source, kind, e);
        } catch (IOException e) {
            failed(look, source, kind, new LockstepException(FileError.namedReason(e), null));
        }
    }

    private static void failed(Look look, TopSource source, String kind, LockstepException why) {
        look.rows().add(TopRow.failed(source.label(), kind, why.getMessage()));
        look.failures().add(why);
    }

    private static Session session() {
        return Session.of("lockstep top", Session.Use.READ).withStatementTimeout(STATEMENT);
    }

    private void on(DbTarget target, Consumer<Tx> look) {
        try (Db db = databases.open(target, session())) {
            db.autocommit(tx -> {
                look.accept(tx);
                return null;
            });
        }
    }

    private void mirror(List<TopRow> rows, TopSource source, Path file, DbTarget to) throws IOException {
        Optional<RunningWork> work = RunningWork.onMirror(databases.environment(), file, to);
        MirrorStatus status;
        try (Db mirror = databases.open(to, session().withLockTimeout(LOCK))) {
            status = MirrorStatus.read(
                    mirror,
                    file.toRealPath().toString(),
                    ProcessIdentity.ofProcess().toText());
        } catch (DbException e) {
            if (work.isEmpty() || e.reason() != DbException.Reason.BUSY) {
                throw e;
            }
            status = MirrorStatus.locked(work.get().process().describe());
        }
        long pending = 0;
        try (Db db = databases.sqlite(file, SqliteFiles.Access.READ, LOCK, List.of())) {
            for (FollowTriggers.Table table : db.read(new FollowTriggers(to.toString(), Selection.ALL)::list)) {
                pending += table.pending();
            }
        }
        long held = status.tables().stream().mapToLong(MirrorStatus.Table::held).sum();
        String last = status.owner().map(owner -> "; last run by " + owner).orElse("");
        rows.add(new TopRow(
                source.label(),
                "mirror",
                to.toString(),
                word(status.state()),
                status.age(),
                OptionalLong.of(held),
                "rows",
                work.map(RunningWork::rate).filter(rate -> rate > 0),
                work.map(now -> now.sentence() + "; ").orElse("") + pending + " changes noted and not confirmed" + last,
                !status.isComplete() && status.state() != MirrorStatus.State.RUNNING));
        for (MirrorStatus.Table table : status.tables()) {
            boolean complete = table.state().equals("complete");
            rows.add(new TopRow(
                    source.label(),
                    "table",
                    table.table(),
                    table.state(),
                    since(table.at()),
                    OptionalLong.of(table.held()),
                    "rows",
                    Optional.empty(),
                    table.detail().orElse(table.isCounted() ? "of " + table.rows() : ""),
                    !complete));
        }
    }

    private static void listeners(Tx tx, List<TopRow> rows, String label) {
        List<NamedListeners.Listener> all = new ArrayList<>();
        if (InvalidationLog.isPresent(tx)) {
            all.addAll(NamedListeners.all(tx));
        }
        all.addAll(NamedListeners.others(tx));
        for (NamedListeners.Listener listener : all) {
            String backend = listener.pid().map(pid -> "backend " + pid).orElse("");
            boolean named = listener.name() != null && !listener.name().isBlank();
            rows.add(new TopRow(
                    label,
                    "listener",
                    named ? listener.name() : backend,
                    word(listener.state()),
                    since(listener.lastSeen()),
                    listener.lag().map(OptionalLong::of).orElse(OptionalLong.empty()),
                    "behind",
                    Optional.empty(),
                    listener.client() + (named && !backend.isEmpty() ? ", " + backend : ""),
                    listener.state() == NamedListeners.State.GONE));
        }
    }

    private static void outbox(Tx tx, List<TopRow> rows, String label) {
        OutboxState.Access access = OutboxState.access(tx);
        if (access == OutboxState.Access.ABSENT) {
            return;
        }
        if (access == OutboxState.Access.HIDDEN) {
            throw new LockstepException("this login may not look into the outbox", null);
        }
        OutboxState state = OutboxState.of(tx);
        rows.add(new TopRow(
                label,
                "outbox",
                "outbox",
                state.isAbandoned() ? "abandoned" : "sequenced",
                state.oldest(),
                OptionalLong.of(state.waiting()),
                "waiting",
                Optional.empty(),
                state.sequencer().map(step -> "last step by " + step.client()).orElse("nobody ever took a step"),
                state.isAbandoned()));
    }

    private static void locks(Tx tx, List<TopRow> rows, String label) {
        for (RealmLocks.Lock lock : RealmLocks.all(tx)) {
            boolean waits = lock.role() == RealmLocks.Role.WAITS;
            rows.add(new TopRow(
                    label,
                    "lock",
                    lock.realm().map(realm -> realm + lock.file().orElse("")).orElse("lock " + lock.key()),
                    waits ? "waits" : "holds",
                    Optional.of(Duration.ofMillis(lock.ageMillis())),
                    OptionalLong.empty(),
                    "backend " + lock.pid(),
                    Optional.empty(),
                    lock.application() + " from " + lock.client(),
                    waits));
        }
    }

    private static void caches(Tx tx, List<TopRow> rows, String label) {
        if (CacheSchema.state(tx) == CacheSchema.State.ABSENT) {
            return;
        }
        for (Upkeep.RealmStatus realm : Upkeep.status(tx, Optional.empty())) {
            rows.add(new TopRow(
                    label,
                    "cache",
                    realm.realm(),
                    "live",
                    Optional.empty(),
                    OptionalLong.of(realm.live()),
                    "artifacts",
                    Optional.empty(),
                    realm.bytes() + " bytes, " + realm.tombstones() + " tombstones, floor " + realm.floor(),
                    false));
        }
    }

    private void indexes(List<TopRow> rows, TopSource source, Path file) {
        FtsStatus status;
        try (Db db = databases.sqlite(file, SqliteFiles.Access.READ, LOCK, List.of())) {
            status = FtsStatus.read(db, source.profile(), List.of());
        }
        for (FtsStatus.Table table : status.tables()) {
            String owners = String.join(
                    ", ", table.owners().stream().map(ProcessIdentity::describe).toList());
            rows.add(new TopRow(
                    source.label(),
                    "index",
                    table.fts(),
                    word(table.state()),
                    table.since().flatMap(TopReader::since),
                    table.indexed().map(OptionalLong::of).orElse(OptionalLong.empty()),
                    "rows",
                    Optional.empty(),
                    table.reason().orElse(owners.isEmpty() ? "" : "by " + owners),
                    !table.isKept()));
        }
    }

    private static String word(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static Optional<Duration> since(String at) {
        try {
            Duration age = Duration.between(Instant.parse(at), Instant.now());
            return Optional.of(age.isNegative() ? Duration.ZERO : age);
        } catch (DateTimeParseException | NullPointerException e) {
            return Optional.empty();
        }
    }

    private List<TopRow> rated(List<TopRow> rows) {
        Map<String, Seen> now = new HashMap<>();
        List<TopRow> rated = new ArrayList<>();
        long nanos = System.nanoTime();
        for (TopRow row : rows) {
            Seen last = before.get(row.key());
            if (row.amount().isPresent()) {
                now.put(row.key(), new Seen(nanos, row.amount().getAsLong()));
            }
            rated.add(
                    last == null || row.amount().isEmpty() || row.rate().isPresent()
                            ? row
                            : row.withRate((row.amount().getAsLong() - last.amount()) * 1e9 / (nanos - last.nanos())));
        }
        before = now;
        return rated;
    }
}
