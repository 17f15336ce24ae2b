package dev.lockstep.cli.mirror;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Advice;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.kit.TerminalText;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.mirror.plan.NotMirrored;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.mirror.schema.SchemaCopy;
import dev.lockstep.mirror.verify.Difference;
import dev.lockstep.mirror.verify.Verification;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ShellWord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep mirror verify}. */
public final class MirrorVerifyCommand implements Command {
    private static final Opt<Long> ROWS =
            Opt.number("Name at most so many rows of a table; all are counted (default 10000).", "--rows");
    private static final Opt<Boolean> SHOW_VALUES =
            Opt.flag("Show the values that differ, too, long ones from where they differ.", "--show-values");

    private static final long DEFAULT_ROWS = 10_000;

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Read both sides whole, and name every row in which the mirror differs. Ends with 3 if there is one,"
                                + " and with 1 if a table could not be compared. Nothing is changed.");
        MirrorArguments.which(spec);
        Options.add(spec, ROWS, SHOW_VALUES);
    }

    @Override
    public Result run(Invocation call) {
        List<Verification.Table> tables;
        List<NotMirrored> left;
        WalWatch wal = new WalWatch(call, "--table reads less at a time");
        try (Db source = MirrorArguments.source(call);
                MirrorConnection link = MirrorArguments.link(call, Session.Use.READ)) {
            tables = new Verification(
                            link, MirrorArguments.sourceId(call), call.get(ROWS).orElse(DEFAULT_ROWS), new Progress() {
                                @Override
                                public void table(String name) {
                                    wal.look();
                                    call.output().detail(name + ": reading both sides");
                                }
                            })
                    .run(source, MirrorArguments.selection(call));
            left = SchemaCopy.notMirrored(source, link, MirrorArguments.selection(call));
            wal.look();
        }
        for (Verification.Table table : tables) {
            for (Difference row : table.rows()) {
                call.output().event("row", tree(row, call), line(row, call));
            }
        }
        return result(call, tables, left, wal);
    }

    private static Result result(
            Invocation call, List<Verification.Table> tables, List<NotMirrored> left, WalWatch wal) {
        List<Object> trees = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        List<LockstepException> failures = new ArrayList<>();
        boolean equal = true;
        for (Verification.Table table : tables) {
            trees.add(tree(table, call.advice()));
            lines.addAll(lines(table));
            table.failure().ifPresent(failures::add);
            equal &= table.isEqual();
        }
        Optional<String> repair = repair(call, tables);
        repair.ifPresent(command ->
                call.output().message("hint: '" + command + "' copies what differs, or says what does not fit"));
        if (!left.isEmpty()) {
            lines.add(summary(tables) + NotMirroredReport.line(left));
        }
        lines.addAll(wal.lines());
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("db", call.sqliteFile());
        data.put("wal", wal.tree());
        data.put("tables", trees);
        data.put(
                "repair",
                repair.map(command -> call.advice().complete("'" + command + "'"))
                        .orElse(null));
        data.put("notMirrored", NotMirroredReport.tree(left));
        if (!failures.isEmpty() && failures.size() == tables.size()) {
            return TableReport.none(failures, data, lines);
        }
        Result result = Result.unchanged(data, lines);
        boolean compared = failures.stream().allMatch(failure -> failure.kind() == LockstepException.Kind.DIFFERS);
        return equal ? result : result.with(compared ? ExitCode.DIFFERS : ExitCode.FAILED);
    }

    private static String summary(List<Verification.Table> tables) {
        long equal = tables.stream().filter(Verification.Table::isEqual).count();
        return TerminalText.count(equal, "table") + " equal; ";
    }

    /** The command that makes the tables equal in which rows differ; none if there are none. */
    private static Optional<String> repair(Invocation call, List<Verification.Table> tables) {
        Set<String> options = new TreeSet<>();
        List<String> names = new ArrayList<>();
        long deletes = 0;
        for (Verification.Table table : tables) {
            if (table.failure().isEmpty() && !table.isEqual()) {
                names.add(table.table());
                table.repair().forEach(repair -> options.add(option(repair)));
                deletes = Math.max(deletes, table.mostDeletes());
            }
        }
        if (names.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder command = new StringBuilder("lockstep mirror backfill --recheck");
        options.forEach(option -> command.append(' ').append(option));
        if (deletes > 0) {
            command.append(" --max-delete ").append(deletes);
        }
        boolean all = names.size() == tables.size()
                && call.all(SelectionArguments.TABLE).isEmpty();
        if (!all) {
            names.forEach(name -> command.append(' ').append(ShellWord.option("--table", name)));
        }
        return Optional.of(command.toString());
    }

    private static String option(Verification.Repair repair) {
        return switch (repair) {
            case CREATE_THE_TABLE -> BackfillArguments.CREATE.name();
            case DELETE_ALL_ROWS -> BackfillArguments.ALLOW_EMPTY_SOURCE.name();
        };
    }

    private static Map<String, Object> tree(Verification.Table table, Advice advice) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("table", table.table());
        tree.put("source", table.source());
        tree.put("mirror", table.mirror());
        tree.put("missing", table.missing());
        tree.put("extra", table.extra());
        tree.put("changed", table.changed());
        tree.put("named", table.rows().size());
        tree.put("error", table.failure().map(LockstepException::getMessage).orElse(null));
        tree.put("hint", table.failure().map(Hints::of).map(advice::complete).orElse(null));
        return tree;
    }

    private static Map<String, Object> tree(Difference row, Invocation call) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("op", op(row));
        tree.put("table", row.table());
        tree.put("key", row.key());
        List<String> columns = new ArrayList<>();
        Map<String, Object> source = new LinkedHashMap<>();
        Map<String, Object> mirror = new LinkedHashMap<>();
        for (Difference.Cell cell : row.cells()) {
            columns.add(cell.column());
            source.put(cell.column(), cell.source());
            mirror.put(cell.column(), cell.mirror());
        }
        tree.put("columns", row.kind() == Difference.Kind.CHANGED ? columns : List.of());
        if (call.has(SHOW_VALUES)) {
            tree.put("source", row.kind() == Difference.Kind.EXTRA ? null : source);
            tree.put("mirror", row.kind() == Difference.Kind.MISSING ? null : mirror);
        }
        return tree;
    }

    private static String op(Difference row) {
        return row.kind().name().toLowerCase(Locale.ROOT);
    }

    private static String line(Difference row, Invocation call) {
        StringBuilder line = new StringBuilder(row.table() + ", key " + row.key() + ": " + op(row));
        String separator = ": ";
        for (Difference.Cell cell : row.cells()) {
            if (call.has(SHOW_VALUES)) {
                line.append(separator).append(cell.column()).append(values(cell));
                separator = ", ";
            } else if (row.kind() == Difference.Kind.CHANGED) {
                line.append(separator).append(cell.column());
                separator = ", ";
            }
        }
        return line.toString();
    }

    private static String values(Difference.Cell cell) {
        if (cell.source() == null || cell.mirror() == null) {
            return " " + (cell.source() == null ? cell.mirror() : cell.source());
        }
        return " is " + cell.source() + " in the source, " + cell.mirror() + " in the mirror";
    }

    private static List<String> lines(Verification.Table table) {
        List<String> lines = new ArrayList<>();
        if (table.failure().isPresent()) {
            lines.add(table.table() + ": NOT COMPARED: " + table.failure().get().getMessage());
            String hint = Hints.of(table.failure().get());
            if (hint != null) {
                lines.add("  hint: " + hint);
            }
        } else if (table.isEqual()) {
            lines.add(table.table() + ": " + table.source() + " rows, equal");
        } else {
            lines.add("%s: %d rows in the source, %d in the mirror: %d missing, %d extra, %d changed"
                    .formatted(
                            table.table(),
                            table.source(),
                            table.mirror(),
                            table.missing(),
                            table.extra(),
                            table.changed()));
            long unnamed = table.differences() - table.rows().size();
            if (unnamed > 0) {
                lines.add("  " + unnamed + " of them are not named; --rows " + table.differences() + " names all");
            }
        }
        return lines;
    }
}
