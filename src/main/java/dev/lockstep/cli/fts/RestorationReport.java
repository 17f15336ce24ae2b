package dev.lockstep.cli.fts;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.fts.deferral.FtsRebuild;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.support.ProgressListener;
import dev.lockstep.support.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a restoration is told: before it, meanwhile and afterwards. */
final class RestorationReport {
    private static final long MEGABYTE = 1_000_000;

    /** From here on it is worth a line. */
    private static final long MUCH_LOG = 10 * MEGABYTE;

    private static final Duration MUCH_TIME = Duration.ofSeconds(2);

    private RestorationReport() {}

    /**
     * Restores: says before what it will take if that is much, and how far it is meanwhile.
     *
     * @param file the database that is open
     * @param progress hears how many rows of which index are written
     */
    static Restoration.Outcome run(
            Invocation call, Restoration restoration, Db db, String file, ProgressListener progress) {
        List<String> names = call.all(FtsArguments.TABLE);
        List<FtsRebuild.Estimate> estimates = restoration.estimate(db, names);
        Map<String, Long> totals = new HashMap<>();
        for (FtsRebuild.Estimate estimate : estimates) {
            totals.put(estimate.fts(), estimate.rows());
        }
        announce(call, file, estimates);
        Restoration.Outcome outcome = restoration
                .reporting((fts, rows) -> progress.at(fts, Work.ROWS_INDEXED, rows, totals.getOrDefault(fts, 0L)))
                .run(db, names);
        FtsReport.warn(call, outcome.notices());
        return outcome;
    }

    private static void announce(Invocation call, String file, List<FtsRebuild.Estimate> estimates) {
        long bytes = 0;
        for (FtsRebuild.Estimate estimate : estimates) {
            bytes += estimate.walBytes();
            if (estimate.walBytes() >= MUCH_LOG || estimate.time().compareTo(MUCH_TIME) >= 0) {
                call.output().message("making anew " + FtsReport.line(estimate));
            }
        }
        long room = Invocation.file(file).toAbsolutePath().getParent().toFile().getUsableSpace();
        if (room > 0 && room < bytes) {
            call.output()
                    .warn(
                            "disk-space",
                            "about " + bytes / MEGABYTE + " MB will be written, and the disk has " + room / MEGABYTE
                                    + " MB left");
        }
    }

    /** What was restored, for programs. */
    static List<Object> trees(Restoration.Outcome outcome) {
        List<Object> tables = new ArrayList<>();
        for (Restoration.Table table : outcome.tables()) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("table", table.table());
            tree.put("fts", table.fts());
            tree.put("reindexed", table.reindexed());
            tree.put("triggers", table.triggers());
            tree.put("proof", table.proof());
            tables.add(tree);
        }
        return tables;
    }

    /** One restored index, for people. */
    static String line(Restoration.Table table) {
        String rows = table.proof().equals("changed") ? " changed rows, " : " rows, ";
        return "restored " + table.fts() + ": " + Count.of(table.reindexed()) + rows + triggers(table);
    }

    /** How many triggers, and which. */
    static String triggers(Restoration.Table table) {
        return table.triggers().size() + " triggers (" + String.join(", ", table.triggers()) + ")";
    }
}
