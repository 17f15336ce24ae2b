package dev.lockstep.cli.top;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Printer;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.kit.TerminalText;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.option.Options.Format;
import dev.lockstep.cli.text.StandardStream;
import dev.lockstep.cli.text.TerminalSize;
import dev.lockstep.support.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep top}. */
public final class TopCommand implements Command {
    private static final Opt<Boolean> ONCE = Opt.flag("Print it once, and end.", "--once");
    private static final Opt<Duration> INTERVAL = Opt.duration("How often to look (default 2s).", "--interval");
    private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(2);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Show mirrors, listeners, the outbox, locks, search indexes and caches on one screen, until q is"
                                + " pressed: of the databases that are named, or of each profile. Without a terminal, and with"
                                + " -o json, once. What cannot be looked at is a row that says why, and hides no"
                                + " other; a single look that has one ends as it would have failed alone.");
        Options.parameters(spec, "PROFILE", "0..*", "A profile that names connections.");
        Options.add(spec, Options.DB, Options.TO, ONCE, INTERVAL);
        Options.postgres(spec);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        TopReader reader = new TopReader(call.databases(), TopSource.of(call));
        Environment environment = call.databases().environment();
        boolean isTerminal = Printer.isTerminal(call.output().out())
                && environment.get("TERM").filter(kind -> !kind.equals("dumb")).isPresent();
        boolean lives =
                isTerminal && StandardStream.INPUT.isTerminal() && call.format() == Format.TEXT && !call.has(ONCE);
        if (!lives) {
            return once(
                    reader.read(),
                    isTerminal ? TerminalSize.of(environment, true).columns() - 1 : 0);
        }
        new TopScreen(reader, call.get(INTERVAL).orElse(DEFAULT_INTERVAL), TerminalText.isColoured(call, true)).run();
        return Result.unchanged(Map.of(), List.of());
    }

    private static Result once(TopReader.Look look, int room) {
        List<TopRow> rows = look.rows();
        TopTable table = new TopTable(rows, room);
        List<String> lines = new ArrayList<>();
        List<Object> trees = new ArrayList<>();
        if (rows.isEmpty()) {
            lines.add("there is nothing to see");
        } else {
            lines.add(table.head());
        }
        for (TopRow row : rows) {
            lines.add(table.line(row));
            trees.add(row.tree());
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("rows", trees);
        data.put("wrong", rows.stream().filter(TopRow::wrong).count());
        return look.failures().isEmpty()
                ? Result.unchanged(data, lines)
                : Result.failed(ExitCode.gravest(look.failures()), data, lines);
    }
}
