package dev.lockstep.audit.write;

import dev.lockstep.audit.AuditRow;
import dev.lockstep.audit.AuditTable;
import dev.lockstep.audit.index.IndexEngine;
import dev.lockstep.audit.write.GenerationLog.Refused;
import dev.lockstep.audit.write.GenerationLog.Verdict;
import dev.lockstep.audit.write.NdjsonReader.BadLine;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.profile.AuditProfile.Column;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes generations into an audit log: each in one transaction, and one that is there already not again. */
public final class AuditWriter {
    /** Whether anything is written. */
    public enum Mode {
        WRITE,
        /** Only what would be written is found out; the database may be open for reading. */
        PREVIEW
    }

    /**
     * How to write.
     *
     * @param batch how many rows a statement may have
     * @param maxErrors how many bad lines are put aside before it is too much; 0: the first one ends it
     * @param rejects takes the lines that were put aside, as they stand in the file, each with a line feed
     */
    public record Options(Mode mode, int batch, long maxErrors, Consumer<byte[]> rejects) {}

    /**
     * What became of the rows: read = inserted + unchanged + rejected.
     *
     * @param generations how many were written
     * @param problems what is wrong with the rejected ones: {@code line:col: what}
     * @param mirror what became of the mirror, if there is one
     */
    public record Summary(
            long read,
            long inserted,
            long unchanged,
            long rejected,
            long generations,
            List<String> problems,
            Optional<AuditReplica.Outcome> mirror) {}

    private static final int PROBLEMS = 10;

    private final AuditTable table;
    private final Db db;
    private final Options options;
    private final GenerationLog log;
    private final Optional<AuditReplica> mirror;
    private final Map<String, Boolean> tables = new HashMap<>();

    /** In a preview, what would be the newest generation of a registry. */
    private final Map<String, Long> previewed = new HashMap<>();

    private final List<String> problems = new ArrayList<>();
    private long read;
    private long inserted;
    private long unchanged;
    private long rejected;
    private long errors;
    private long generations;

    /** @param mirror gets the same generations with the same ids; it may fail, and is told later what it lacks */
    public AuditWriter(AuditTable table, Options options, Optional<AuditReplica> mirror) {
        this.table = table;
        this.db = table.db();
        this.options = options;
        this.log = new GenerationLog(table, options.batch());
        this.mirror = mirror;
        mirror.ifPresent(leg -> leg.begin(log));
    }

    /**
     * Writes what the file holds; what was written before stays when it fails.
     *
     * @throws LockstepException refused: a line, or a generation, is not as it must be, and nothing of that generation is written
     */
    public Summary write(InputStream in) {
        NdjsonReader file = new NdjsonReader(in, table.profile(), table.others(), db.engine(), widths());
        Assembly assembly = new Assembly();
        boolean more = true;
        while (more) {
            try {
                AuditRow row = file.next();
                more = row != null;
                if (more) {
                    table.fit(row);
                }
                assembly.add(row, file.bytes());
            } catch (BadLine e) {
                read++;
                assembly.spoil(e.getMessage(), file.bytes());
            }
        }
        Optional<AuditReplica.Outcome> outcome = mirror.map(AuditReplica::finish);
        return new Summary(read, inserted, unchanged, rejected, generations, List.copyOf(problems), outcome);
    }

    private Map<Column, Integer> widths() {
        Map<String, Integer> named =
                IndexEngine.of(table.db(), table.relation()).widths();
        Map<Column, Integer> widths = new HashMap<>();
        table.profile().columns().forEach((column, name) -> {
            if (named.containsKey(name)) {
                widths.put(column, named.get(name));
            }
        });
        return widths;
    }

    /** Gathers the lines of one generation, which stand together in the file. */
    private final class Assembly {
        private List<AuditRow> rows = new ArrayList<>();
        private final List<byte[]> lines = new ArrayList<>();
        private String spoiled;
        private boolean spoilsNext;

        /** @param row null at the end of the file */
        void add(AuditRow row, byte[] line) {
            if (row == null || (!rows.isEmpty() && !together(rows.get(0), row))) {
                end();
                rows = new ArrayList<>();
                lines.clear();
                // A line that cannot be read may have belonged to either of its neighbours.
                spoiled = spoilsNext && row != null ? "a line of it could not be read" : null;
                spoilsNext = false;
            }
            if (row != null) {
                // What stands between two lines of one generation belongs to no other.
                spoilsNext = false;
                read++;
                rows.add(row);
                if (options.maxErrors() > 0) {
                    lines.add(line);
                }
            }
        }

        void spoil(String problem, byte[] line) {
            refuse(problem);
            rejected++;
            options.rejects().accept(line);
            spoiled = "a line of it could not be read";
            spoilsNext = true;
        }

        private void end() {
            if (rows.isEmpty()) {
                return;
            }
            AuditRow first = rows.get(0);
            Generation generation = new Generation(
                    first.text(Column.REGISTRY), (Long) first.value(Column.GENERATION), rows, first.line());
            boolean ofCadt = table.profile().isComplete();
            Optional<String> broken = Optional.ofNullable(spoiled)
                    .or(() -> ofCadt ? generation.broken().or(() -> malformed(rows)) : Optional.empty());
            try {
                if (broken.isEmpty()) {
                    put(ofCadt ? generation.arranged() : generation);
                    return;
                }
            } catch (Refused e) {
                broken = Optional.of(e.getMessage());
            }
            if (spoiled == null) {
                refuse(broken.get());
            }
            rejected += rows.size();
            lines.forEach(options.rejects());
        }
    }

    private static boolean together(AuditRow a, AuditRow b) {
        return a.text(Column.REGISTRY).equals(b.text(Column.REGISTRY))
                && a.value(Column.GENERATION).equals(b.value(Column.GENERATION));
    }

    private void refuse(String problem) {
        errors++;
        if (problems.size() < PROBLEMS) {
            problems.add(problem);
        }
        if (errors > options.maxErrors()) {
            boolean kept = generations > 0 && options.mode() == Mode.WRITE;
            throw new LockstepException(
                    kept ? LockstepException.Kind.INCOMPLETE : LockstepException.Kind.REFUSED,
                    "bad-line",
                    problem,
                    kept
                            ? "what comes before it is written (generations: " + generations
                                    + "); run it again when it is mended"
                            : "nothing was written",
                    null);
        }
    }

    /** As the application does: what it could not apply to a table that it has, it does not log. */
    private Optional<String> malformed(List<AuditRow> rows) {
        for (AuditRow row : rows) {
            String change = row.text(Column.CHANGE);
            if (change != null && isTable(row.text(Column.TABLE))) {
                try {
                    Json.parse(change);
                } catch (LockstepException e) {
                    return Optional.of(row.line() + ": the change is not JSON, at " + e.getMessage());
                }
            }
        }
        return Optional.empty();
    }

    private boolean isTable(String name) {
        return name != null
                && !name.isEmpty()
                && tables.computeIfAbsent(
                        name, key -> !IndexEngine.of(db, key).columns().isEmpty());
    }

    private void put(Generation generation) {
        String registry = generation.registry();
        Verdict verdict =
                switch (options.mode()) {
                    case WRITE -> written(generation);
                    case PREVIEW -> db.read(tx -> log.judge(tx, generation, previewed.getOrDefault(registry, -1L)));
                };
        switch (verdict) {
            case NEXT -> {
                inserted += generation.rows().size();
                generations++;
                previewed.put(registry, generation.number());
            }
            case STORED -> unchanged += generation.rows().size();
        }
        mirror.ifPresent(leg -> leg.send(registry, generation.number()));
    }

    private Verdict written(Generation generation) {
        String registry = generation.registry();
        try {
            return log.alone(
                    registry,
                    () -> db.transact(tx -> {
                        log.lock(tx, registry);
                        Verdict judged = log.judge(tx, generation, -1);
                        switch (judged) {
                            case NEXT -> log.insert(tx, generation);
                            case STORED -> {}
                        }
                        mirror.ifPresent(leg -> leg.owe(tx, registry, generation.number()));
                        return judged;
                    }));
        } catch (DbException e) {
            if (e.reason() == DbException.Reason.BAD_VALUE) {
                throw new Refused(generation.line() + ": " + e.getMessage());
            }
            throw e;
        }
    }

    /** Keeps the rejected lines in memory, for whoever has no file for them. */
    public static Consumer<byte[]> into(ByteArrayOutputStream sink) {
        return line -> {
            sink.writeBytes(line);
            sink.write('\n');
        };
    }
}
