package dev.lockstep.cli.mirror;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Advice;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.metrics.MetricFamily;
import dev.lockstep.cli.metrics.Monitoring;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.progress.ProgressMeter;
import dev.lockstep.cli.progress.WalWatch;
import dev.lockstep.cli.text.Count;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.follow.Following;
import dev.lockstep.mirror.source.FollowTriggers;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.Work;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** Tells whoever watches what is shipped, and keeps count of it. */
final class FollowNarration extends MirrorNarration implements Following.Watcher {
    /** As they are counted. */
    private static final List<String> OPERATIONS = List.of("insert", "update", "delete");

    private final Output output;
    private final ProgressMeter meter;
    private final Advice advice;
    private final Map<String, long[]> shipped = new LinkedHashMap<>();
    private final Map<String, String> failures = new LinkedHashMap<>();
    private final Map<String, String> notices = new LinkedHashMap<>();
    private final Monitoring monitoring;
    private final MetricFamily rows;
    private final MetricFamily tables;
    private final MetricFamily compared;
    private final AtomicLong changes = new AtomicLong();
    private BooleanSupplier isChanged = () -> false;
    private boolean installed;
    private boolean isReady;
    private volatile long caughtUp = System.nanoTime();
    private volatile int failed;

    FollowNarration(Invocation call, ProgressMeter meter, Monitoring monitoring) {
        super(call, meter, new WalWatch(call, "that is when everything has been compared")::look);
        this.meter = meter;
        this.output = call.output();
        this.advice = call.advice();
        this.monitoring = monitoring;
        this.rows = monitoring.counter(
                "lockstep_mirror_rows_written", "Rows of the mirror that were written.", "table", "operation");
        this.tables = monitoring.gauge("lockstep_mirror_tables", "Tables that are followed.");
        monitoring
                .gauge("lockstep_mirror_tables_failed", "Tables that could not be made equal.")
                .show(() -> failed);
        monitoring
                .gauge("lockstep_mirror_lag_seconds", "How long ago nothing was left to be written to the mirror.")
                .show(() -> (System.nanoTime() - caughtUp) / 1e9);
        this.compared = monitoring.gauge(
                "lockstep_mirror_compared_timestamp_seconds",
                "When a table was last compared as a whole and equal, in seconds since 1970.",
                "table");
    }

    /** It may go on for months: what it has said is not kept, nor said again. */
    @Override
    public void notice(String table, Notice notice) {
        String what = Hints.of(notice);
        if (!what.equals(notices.put(table, what))) {
            output.message(table + ": " + what);
        }
    }

    /** @param changed whether the run has changed the mirror */
    void knows(BooleanSupplier changed) {
        isChanged = changed;
    }

    private void event(String type, Map<String, Object> fields, String text) {
        if (output.format() != Options.Format.JSON) {
            output.event(type, fields, text);
        }
    }

    @Override
    public void triggers(FollowTriggers.Table table) {
        shipped.putIfAbsent(table.table(), new long[3]);
        if (table.state() == FollowTriggers.State.PRESENT) {
            output.detail(MirrorFollowCommand.line(table));
        } else {
            installed = true;
            output.message(MirrorFollowCommand.line(table));
        }
    }

    @Override
    public void compared(Backfill.Table table) {
        Optional<String> failure = table.failure().map(LockstepException::getMessage);
        if (failure.isEmpty()) {
            failures.remove(table.table());
            failed = failures.size();
            compared.set(System.currentTimeMillis() / 1e3, table.table());
            count(table.table(), table.inserted(), table.updated(), table.deleted());
        } else {
            String before = failures.put(table.table(), failure.get());
            failed = failures.size();
            if (failure.get().equals(before)) {
                return;
            }
        }
        event("compared", TableReport.tree(table, advice), TableReport.line(table));
    }

    @Override
    public void ready() {
        isReady = true;
        tables.set(shipped.size());
        caughtUp();
        monitoring.ready("following " + Count.of(shipped.size(), "table"));
        rest();
        event("ready", Map.of("tables", shipped.size()), "following " + Count.of(shipped.size(), "table"));
    }

    @Override
    public void shipped(String table, long inserted, long updated, long deleted) {
        count(table, inserted, updated, deleted);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("table", table);
        tree.put("inserted", inserted);
        tree.put("updated", updated);
        tree.put("deleted", deleted);
        event("shipped", tree, table + ": " + inserted + " inserted, " + updated + " updated, " + deleted + " deleted");
    }

    @Override
    public void at(String table, Work work, long done, long total) {
        monitoring.beat();
        super.at(table, work, done, total);
    }

    @Override
    public void turned() {
        monitoring.beat();
    }

    @Override
    public void caughtUp() {
        caughtUp = System.nanoTime();
    }

    @Override
    public void inStep() {
        rest();
    }

    /** Between what changes there is nothing to show, and something to answer. */
    private void rest() {
        if (isReady) {
            meter.rest(() -> "following " + Count.of(shipped.size(), "table") + ", " + Count.of(changes.get(), "change")
                    + " shipped");
        }
    }

    private void count(String table, long... some) {
        long[] counts = shipped.computeIfAbsent(table, name -> new long[3]);
        for (int i = 0; i < counts.length; i++) {
            counts[i] += some[i];
            rows.add((double) some[i], table, OPERATIONS.get(i));
            changes.addAndGet(some[i]);
        }
    }

    Result result() {
        List<Object> trees = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        boolean changed = installed || isChanged.getAsBoolean();
        for (Map.Entry<String, long[]> table : shipped.entrySet()) {
            long[] counts = table.getValue();
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("table", table.getKey());
            tree.put("inserted", counts[0]);
            tree.put("updated", counts[1]);
            tree.put("deleted", counts[2]);
            tree.put("error", failures.get(table.getKey()));
            trees.add(tree);
            changed |= counts[0] + counts[1] + counts[2] > 0;
            lines.add(table.getKey() + ": in all " + counts[0] + " inserted, " + counts[1] + " updated, " + counts[2]
                    + " deleted" + (tree.get("error") == null ? "" : "; FAILED: " + tree.get("error")));
        }
        Map<String, Object> data = Map.of("tables", trees);
        Result result = changed ? Result.changed(data, lines) : Result.unchanged(data, lines);
        return failures.isEmpty() ? result : result.with(ExitCode.INCOMPLETE);
    }
}
