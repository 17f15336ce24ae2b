package dev.lockstep.api;

import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.follow.Following;
import dev.lockstep.mirror.verify.Difference;
import dev.lockstep.mirror.verify.Verification;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Hears what a run does, for the log, the figures and whoever watches; and says in the front's words what was found. */
final class MirrorNews implements Following.Watcher {
    private final System.Logger log = System.getLogger("dev.lockstep");
    private final Metrics metrics;
    private final MirrorWatcher watcher;

    MirrorNews(Metrics metrics, MirrorWatcher watcher) {
        this.metrics = metrics;
        this.watcher = watcher;
    }

    /** What is odd, or has become of a connection. */
    void say(String what) {
        log.log(Level.INFO, what);
    }

    @Override
    public void notice(String table, Notice what) {
        log.log(Level.INFO, "{0}: {1}", table, words(what));
    }

    @Override
    public void failed(String table, LockstepException why) {
        log.log(Level.WARNING, "{0} is not equal: {1}", table, why.getMessage());
    }

    @Override
    public void ready() {
        watcher.ready();
    }

    @Override
    public void compared(Backfill.Table table) {
        MirrorCopy.Table copied = copied(table);
        count(copied);
        watcher.compared(copied);
    }

    @Override
    public void shipped(String table, long inserted, long updated, long deleted) {
        count(table, "inserted", inserted);
        count(table, "updated", updated);
        count(table, "deleted", deleted);
        watcher.shipped(table, inserted, updated, deleted);
    }

    @Override
    public void inStep() {
        watcher.inStep();
    }

    void count(MirrorCopy.Table table) {
        count(table.table(), "inserted", table.inserted());
        count(table.table(), "updated", table.updated());
        count(table.table(), "deleted", table.deleted());
    }

    private void count(String table, String change, long rows) {
        if (rows > 0) {
            metrics.count("lockstep.mirror.rows", rows, Map.of("table", table, "change", change));
        }
    }

    void time(String name, long begunNanos, boolean good) {
        Duration took = Duration.ofNanos(System.nanoTime() - begunNanos);
        metrics.time(name, took, Map.of("outcome", good ? "done" : "failed"));
    }

    /** What there is to know, and what lockstep offers to do about it. */
    static String words(Notice notice) {
        String remedy = notice.remedy().map(Object::toString).orElse("");
        String between = notice.message().isEmpty() || remedy.isEmpty() ? "" : "; ";
        return notice.message() + between + remedy;
    }

    static MirrorCopy.Table copied(Backfill.Table table) {
        return new MirrorCopy.Table(
                table.table(),
                table.read(),
                table.inserted(),
                table.updated(),
                table.deleted(),
                table.unchanged(),
                table.rejected(),
                table.compared().map(how -> switch (how) {
                    case RECORDED -> MirrorCopy.Proof.RECORDED;
                    case SERVER -> MirrorCopy.Proof.SERVER;
                    case ROWS -> MirrorCopy.Proof.ROWS;
                }),
                table.failure());
    }

    static MirrorComparison.Table compared(Verification.Table table) {
        return new MirrorComparison.Table(
                table.table(),
                table.source(),
                table.mirror(),
                table.missing(),
                table.extra(),
                table.changed(),
                table.rows().stream().map(MirrorNews::row).toList(),
                table.failure());
    }

    private static MirrorComparison.Row row(Difference row) {
        return switch (row.kind()) {
            case MISSING -> new MirrorComparison.Row(MirrorComparison.Kind.MISSING, row.key(), List.of());
            case EXTRA -> new MirrorComparison.Row(MirrorComparison.Kind.EXTRA, row.key(), List.of());
            case CHANGED ->
                new MirrorComparison.Row(
                        MirrorComparison.Kind.CHANGED,
                        row.key(),
                        row.cells().stream().map(Difference.Cell::column).toList());
        };
    }
}
