package dev.lockstep.cli.mirror;

import dev.lockstep.cli.diff.DiffText;
import dev.lockstep.cli.diff.RowDisplay;
import dev.lockstep.cli.diff.ScriptFile;
import dev.lockstep.cli.html.HtmlReport;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.pager.Pager;
import dev.lockstep.cli.progress.ProgressMeter;
import dev.lockstep.cli.progress.WalWatch;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.mirror.plan.NotMirrored;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.mirror.schema.SchemaCopy;
import dev.lockstep.mirror.verify.Difference;
import dev.lockstep.mirror.verify.DifferenceVisitor;
import dev.lockstep.mirror.verify.RowDifference;
import dev.lockstep.mirror.verify.Verification;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ShellWord;
import dev.lockstep.support.Work;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

    private static final Opt<Boolean> DIFF = Opt.flag(
            "Show rows that differ side by side, the source's values at the left, the mirror's at the right: on a terminal in"
                    + " colour and page by page, by the program that PAGER names or one that is built in.",
            "--diff");
    private static final Opt<Long> LIMIT = Opt.number(
            "Show at most so many rows with --diff (default: all), and look at no more than that takes; with --html (default:"
                    + " 1000) all are counted.",
            "--limit");

    private static final Opt<String> SQL = Opt.text(
            "FILE|-",
            "Write the statements that would make the mirror's rows right to this file, or to standard output, as one transaction"
                    + " for psql, mariadb, mysql or sqlite3. Nothing is changed.",
            "--sql");

    private static final long DEFAULT_ROWS = 10_000;
    private static final long HTML_ROWS = 1_000;

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Read both sides whole, and name every row in which the mirror differs. Ends with 3 if there is one,"
                                + " and with 1 if a table could not be compared. Nothing is changed.");
        MirrorArguments.which(spec);
        Options.add(spec, ROWS, SHOW_VALUES, DIFF, LIMIT, SQL, HtmlReport.HTML);
    }

    @Override
    public Result run(Invocation call) {
        if (call.has(LIMIT) && !call.has(DIFF) && !call.has(HtmlReport.HTML)) {
            throw LockstepException.usage("--limit is of --diff and --html", "--rows limits how many rows are named");
        }
        if (ScriptFile.isStandardOutput(call.get(SQL))) {
            if (call.has(DIFF) || call.format() != Options.Format.TEXT) {
                throw LockstepException.usage("--sql - has standard output to itself", "name a file: --sql repair.sql");
            }
            call.output().bare(Optional.empty());
        }
        long most = call.get(LIMIT).orElse(Long.MAX_VALUE);
        if (call.has(DIFF) && call.format() == Options.Format.JSONL) {
            return verify(call, 0, Optional.of(new RowEvents(call, most)));
        }
        if (!isShown(call)) {
            return verify(call, call.get(ROWS).orElse(DEFAULT_ROWS), Optional.empty());
        }
        try (Pager pager = Pager.of(call)) {
            return verify(call, 0, Optional.of(new DiffText(pager, most)));
        }
    }

    /** Rows that differ, each told when it is found. */
    private static final class RowEvents extends RowDisplay {
        private final Invocation call;

        RowEvents(Invocation call, long most) {
            super(most);
            this.call = call;
        }

        @Override
        public boolean isWaitedFor() {
            return true;
        }

        @Override
        protected void show(RowDifference row) {
            Difference kept = row.kept();
            call.output()
                    .event(
                            "row",
                            VerifyReport.tree(kept, VerifyReport.Values.SHOWN),
                            VerifyReport.line(kept, VerifyReport.Values.SHOWN));
        }
    }

    private static boolean isShown(Invocation call) {
        return call.has(DIFF) && call.format() == Options.Format.TEXT;
    }

    private static Result verify(Invocation call, long named, Optional<RowDisplay> shown) {
        List<Verification.Table> tables;
        List<NotMirrored> left;
        WalWatch wal = new WalWatch(call, "--table reads less at a time");
        try (Db source = MirrorArguments.source(call);
                MirrorConnection link = MirrorArguments.link(call, Session.Use.READ);
                ScriptFile sql = ScriptFile.of(call.get(SQL), link);
                VerifyHtml html = VerifyHtml.of(call, call.get(LIMIT).orElse(HTML_ROWS));
                ProgressMeter meter = ProgressMeter.of(call, "nothing was changed", "begins again")) {
            shown.ifPresent(display -> display.onFirst(() -> {
                // The terminal is the pager's from here on.
                meter.rest(() -> "showing what differs");
                call.output().status("");
            }));
            DifferenceVisitor visitor = DifferenceVisitor.both(
                    shown.<DifferenceVisitor>map(display -> display).orElse(DifferenceVisitor.NONE),
                    DifferenceVisitor.both(sql.visitor(), html.visitor()));
            tables = new Verification(link, MirrorArguments.sourceId(call), named, visitor, new Progress() {
                        @Override
                        public void at(String table, Work work, long done, long total) {
                            if (shown.filter(RowDisplay::hasBegun).isEmpty()) {
                                meter.at(table, work, done, total);
                            }
                        }

                        @Override
                        public void table(String name) {
                            wal.look();
                            call.output().detail(name + ": reading both sides");
                        }
                    })
                    .run(source, MirrorArguments.selection(call));
            left = SchemaCopy.notMirrored(source, link, MirrorArguments.selection(call));
            wal.look();
            sql.write(call, tables, MirrorArguments.facts(call), VerifyReport::differs);
            html.write(call, tables, left, repair(call, tables));
        }
        VerifyReport.Values values =
                call.has(SHOW_VALUES) || call.has(DIFF) ? VerifyReport.Values.SHOWN : VerifyReport.Values.HIDDEN;
        for (Verification.Table table :
                ScriptFile.isStandardOutput(call.get(SQL)) ? List.<Verification.Table>of() : tables) {
            for (Difference row : table.rows()) {
                call.output().event("row", VerifyReport.tree(row, values), VerifyReport.line(row, values));
            }
        }
        return result(call, tables, left, wal, shown);
    }

    private static Result result(
            Invocation call,
            List<Verification.Table> tables,
            List<NotMirrored> left,
            WalWatch wal,
            Optional<RowDisplay> shown) {
        List<Object> trees = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        List<LockstepException> failures = new ArrayList<>();
        boolean equal = true;
        for (Verification.Table table : tables) {
            long named = shown.map(display -> display.shown(table.table()))
                    .orElse((long) table.rows().size());
            trees.add(VerifyReport.tree(table, named, call.advice()));
            lines.addAll(VerifyReport.lines(table, isShown(call) ? VerifyReport.Rows.SHOWN : VerifyReport.Rows.NAMED));
            table.failure().ifPresent(failures::add);
            equal &= table.isEqual();
        }
        Optional<String> repair = repair(call, tables);
        repair.ifPresent(command -> call.output()
                .message("hint: '" + command + "' "
                        + (command.startsWith("lockstep mirror repair")
                                ? "writes just these rows"
                                : "copies what differs, or says what does not fit")));
        if (!left.isEmpty()) {
            lines.add(summary(tables) + NotMirroredReport.line(left));
        }
        long differences =
                tables.stream().mapToLong(Verification.Table::differences).sum();
        boolean isPart = tables.stream().anyMatch(table -> table.rest() != Verification.Rest.NOTHING);
        long most = call.get(LIMIT).orElse(Long.MAX_VALUE);
        if (isPart) {
            lines.add(Count.of(most, "row") + (most == 1 ? " is" : " are")
                    + " shown, and no more was looked at; without --limit all that differ are");
        } else if (isShown(call) && most < differences) {
            lines.add(Count.of(most) + " of " + Count.of(differences) + " rows are shown; --limit " + differences
                    + " shows all");
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
        return Count.of(equal, "table") + " equal; ";
    }

    /** The command that makes the tables equal in which rows differ; none if there are none. */
    private static Optional<String> repair(Invocation call, List<Verification.Table> tables) {
        Set<String> options = new TreeSet<>();
        List<String> names = new ArrayList<>();
        long deletes = 0;
        boolean byRows = true;
        for (Verification.Table table : tables) {
            if (table.failure().isEmpty() && table.differences() > 0) {
                names.add(table.table());
                table.repair().forEach(repair -> options.add(option(repair)));
                deletes = Math.max(deletes, table.mostDeletes());
                byRows &= !table.repair().contains(Verification.Repair.CREATE_THE_TABLE);
            }
        }
        if (names.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder command =
                new StringBuilder(byRows ? "lockstep mirror repair" : "lockstep mirror backfill --recheck");
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
}
