package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.source.FreshnessReport;
import dev.lockstep.cli.source.SourceDirectory;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.invalidate.DefinitionCheck;
import dev.lockstep.realm.invalidate.DefinitionCheck.Finding;
import dev.lockstep.realm.invalidate.Definitions;
import dev.lockstep.realm.invalidate.Definitions.Cleared;
import dev.lockstep.transpile.Freshness.State;
import dev.lockstep.transpile.SourceFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep definitions check}. */
public final class DefinitionsCheckCommand implements Command {
    private static final Opt<Boolean> CLEAR =
            Opt.flag("Delete those that are stale, with all that depends on them, and tell every replica.", "--clear");

    private static final Duration STATEMENT = Duration.ofMinutes(1);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Compare the cached definitions of a realm with its files, and end with 3 if one is stale:"
                                + " the file of its module, or of one that it imports, has changed since, or its own is not there.");
        Options.parameters(
                spec, "URL DIR", "2", "The realm, as http://host:port/path/. Then the directory that holds its files.");
        Options.add(spec, CLEAR, Options.YES);
        Options.postgres(spec);
        Options.DRY_RUN.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        RealmUrl realm = RealmArguments.read(call.parameters().get(0), "taken", call.output());
        SourceFiles files = SourceDirectory.of(realm, call.parameters().get(1));
        boolean mends = call.has(CLEAR) && !call.dryRun();
        Session session =
                call.session(mends ? Session.Use.WRITE : Session.Use.READ).withStatementTimeout(STATEMENT);
        try (Db db = call.databases().postgres(call.postgres(), session)) {
            List<Finding> findings = db.read(tx -> {
                DefinitionsClearCommand.requireTable(tx, realm);
                return DefinitionCheck.of(tx, realm, files);
            });
            List<String> stale = new ArrayList<>();
            FreshnessReport report = new FreshnessReport();
            for (Finding finding : findings) {
                report.add(finding.freshness(), finding.url(), Map.of("module", finding.url()));
                if (finding.freshness().state() == State.STALE) {
                    stale.add(finding.url());
                }
            }
            Map<String, Object> data = report.data();
            List<String> lines = report.lines("module");
            if (call.has(CLEAR) && !stale.isEmpty()) {
                SourceDirectory.confirmUse(
                        findings.stream().anyMatch(Finding::hasFile), findings.size() + " definitions", call);
            }
            if (mends && !stale.isEmpty()) {
                Cleared cleared = db.transact(tx -> Definitions.modules(tx, realm, stale));
                data.put("deleted", cleared.deleted());
                data.put("payloads", cleared.payloads());
                lines.add(Count.of(cleared.deleted(), "definition") + " deleted");
                return Result.changed(data, lines);
            }
            Result result = Result.unchanged(data, lines);
            return stale.isEmpty() ? result : result.with(ExitCode.DIFFERS);
        }
    }
}
