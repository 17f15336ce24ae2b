package dev.lockstep.cli.fts;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.text.Count;
import dev.lockstep.fts.deferral.FtsRebuild;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.trial.TriggerFault;
import dev.lockstep.support.Notice;
import dev.lockstep.support.ProcessIdentity;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The words of the {@code fts} commands for what they have in common. */
final class FtsReport {
    private static final long MEGABYTE = 1_000_000;

    private FtsReport() {}

    /** The answer for programs: the database, as it was named, and its indexes. */
    static Map<String, Object> data(Invocation call, List<Object> tables) {
        return data(call.sqliteFile(), tables);
    }

    static Map<String, Object> data(String db, List<Object> tables) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("db", db);
        data.put("tables", tables);
        return data;
    }

    /** What an index is, for people: {@code external-content}, {@code fts4 own-content}. */
    static String kind(Optional<FtsModule> module, Optional<FtsTable.Kind> kind) {
        String prefix = module.filter(known -> known != FtsModule.FTS5)
                .map(known -> known.label() + " ")
                .orElse("");
        return kind.map(known -> prefix + known.label()).orElse("gone");
    }

    static String label(DeferralMode mode) {
        return switch (mode) {
            case JOURNAL -> "journal";
            case REBUILD -> "rebuild";
        };
    }

    static String fault(TriggerFault fault) {
        return switch (fault) {
            case SCANS -> "reads the whole index for each row";
            case LEAVES_OLD_ROWS -> "leaves the old row in the index, which stays searchable";
        };
    }

    static String milliseconds(Duration cost) {
        long hundredths = cost.toNanos() / 10_000;
        return hundredths / 100 + "." + (hundredths % 100 < 10 ? "0" : "") + hundredths % 100 + " ms";
    }

    /** What one index will take, for people. */
    static String line(FtsRebuild.Estimate estimate) {
        return estimate.fts() + ": " + Count.of(estimate.rows(), "row") + ", about " + seconds(estimate.time())
                + " of writing, about " + Math.max(1, estimate.walBytes() / MEGABYTE) + " MB of log";
    }

    private static String seconds(Duration time) {
        return time.toMillis() < 1000 ? "a second" : time.toSeconds() + 1 + " s";
    }

    static void warn(Invocation call, List<Notice> notices) {
        for (Notice notice : notices) {
            call.output().warn(notice.code(), Hints.of(notice));
        }
    }

    /** An owner for programs; null for none. */
    static Map<String, Object> owner(Optional<ProcessIdentity> owner) {
        if (owner.isEmpty()) {
            return null;
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("host", owner.get().host());
        tree.put("pid", owner.get().pid());
        tree.put("alive", owner.get().isAlive());
        return tree;
    }
}
