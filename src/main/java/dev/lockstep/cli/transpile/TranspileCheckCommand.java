package dev.lockstep.cli.transpile;

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
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.Notifications;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.invalidate.Broadcast;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.Freshness.State;
import dev.lockstep.transpile.SourceFiles;
import dev.lockstep.transpile.Tombstones;
import dev.lockstep.transpile.schema.ArtifactCheck;
import dev.lockstep.transpile.schema.ArtifactCheck.Finding;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep transpile check}. */
public final class TranspileCheckCommand implements Command {
    private static final Opt<Boolean> TOMBSTONE =
            Opt.flag("Invalidate those that are stale, and what imports them.", "--tombstone");
    private static final Opt<Boolean> BROADCAST =
            Opt.flag("With --tombstone: also tell every replica, in the same transaction.", "--broadcast");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Compare the artifacts of a realm with its files, and end with 3 if one is stale: its ETag"
                        + " is not that of the file, it is older than the file, or there is no such file. An ETag has"
                        + " seconds, so two changes within one second look like one.");
        Options.parameters(
                spec, "URL DIR", "2", TranspileArguments.REALM + " Then the directory that holds its files.");
        Options.add(spec, TOMBSTONE, BROADCAST, Options.YES);
        Options.postgres(spec);
        Options.DRY_RUN.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        RealmUrl realm = TranspileArguments.realm(call);
        SourceFiles files = SourceDirectory.of(realm, call.parameters().get(1));
        if (call.has(BROADCAST) && !call.has(TOMBSTONE)) {
            throw LockstepException.usage("--broadcast without --tombstone has nothing to tell", "--tombstone");
        }
        boolean mends = call.has(TOMBSTONE) && !call.dryRun();
        return TranspileArguments.on(call, mends ? Session.Use.WRITE : Session.Use.READ, db -> {
            List<Finding> findings = db.read(tx -> ArtifactCheck.of(tx, realm.value(), files));
            FreshnessReport report = report(findings);
            Map<String, Object> data = report.data();
            List<String> lines = report.lines("artifact");
            Set<String> stale = new LinkedHashSet<>();
            for (Finding finding : findings) {
                if (finding.freshness().state() == State.STALE) {
                    stale.add(finding.path());
                }
            }
            if (call.has(TOMBSTONE) && !stale.isEmpty()) {
                SourceDirectory.confirmUse(
                        findings.stream().anyMatch(Finding::hasFile), findings.size() + " artifacts", call);
            }
            if (mends && !stale.isEmpty()) {
                mend(db, realm, stale, call.has(BROADCAST), data, lines);
                return Result.changed(data, lines);
            }
            Result result = Result.unchanged(data, lines);
            return stale.isEmpty() ? result : result.with(ExitCode.DIFFERS);
        });
    }

    private static void mend(
            Db db, RealmUrl realm, Set<String> stale, boolean tells, Map<String, Object> data, List<String> lines) {
        record Mended(Tombstones.Outcome outcome, List<String> dependents) {}
        Mended mended = db.transact(tx -> {
            List<String> dependents = Tombstones.dependents(tx, realm.value(), stale);
            Set<String> all = new LinkedHashSet<>(stale);
            all.addAll(dependents);
            Tombstones.Outcome outcome = Tombstones.paths(tx, realm.value(), all);
            if (tells) {
                List<RealmPath> changed = RealmPath.read(List.of(realm), all);
                Notifications.send(
                        tx,
                        FileChange.CHANNEL,
                        Broadcast.plan(changed).changes().stream()
                                .map(FileChange::payload)
                                .toList());
            }
            return new Mended(outcome, dependents);
        });
        data.put("tombstoned", mended.outcome().tombstoned());
        data.put("dependents", mended.dependents());
        for (String dependent : mended.dependents()) {
            lines.add("with " + dependent + ", which imports one");
        }
        lines.add(Count.of(mended.outcome().tombstoned(), "artifact") + " tombstoned");
    }

    private static FreshnessReport report(List<Finding> findings) {
        FreshnessReport report = new FreshnessReport();
        for (Finding finding : findings) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("path", finding.path());
            fields.put("key", finding.fingerprint().orElse(null));
            String name = finding.path()
                    + finding.fingerprint().map(key -> " of " + key).orElse("");
            report.add(finding.freshness(), name, fields);
        }
        return report;
    }
}
