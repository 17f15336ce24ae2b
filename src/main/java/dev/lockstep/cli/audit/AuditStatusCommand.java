package dev.lockstep.cli.audit;

import dev.lockstep.audit.write.AuditLog;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.text.Cells;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep audit status}. */
public final class AuditStatusCommand implements Command {
    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Show rows, generations, gaps and duplicates of each registry, and what mirrors lack. Ends"
                        + " with 3 if there is a gap or a duplicate.");
        AuditArguments.which(spec);
    }

    @Override
    public Result run(Invocation call) {
        List<AuditLog.Registry> registries;
        List<AuditLog.Owed> owed;
        try (Db db = AuditArguments.open(call, AuditArguments.target(call), Session.Use.READ)) {
            AuditLog log = new AuditLog(AuditArguments.table(call, db));
            registries = log.status();
            owed = log.owed();
        }
        boolean whole = true;
        List<Object> trees = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (AuditLog.Registry registry : registries) {
            trees.add(tree(registry));
            lines.add(line(registry));
            whole &= registry.isWhole();
        }
        List<Object> mirrors = new ArrayList<>();
        for (AuditLog.Owed mirror : owed) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("mirror", mirror.mirror());
            tree.put("owed", mirror.generations());
            tree.put("error", mirror.error());
            mirrors.add(tree);
            lines.add("mirror " + mirror.mirror() + " lacked " + Count.of(mirror.generations(), "generation")
                    + " when it was last written; the next 'audit write --mirror' makes sure"
                    + (mirror.error() == null ? "" : ": " + mirror.error()));
        }
        if (lines.isEmpty()) {
            lines.add("the audit log is empty");
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("registries", trees);
        data.put("mirrors", mirrors);
        Result result = Result.unchanged(data, lines);
        return whole ? result : result.with(ExitCode.DIFFERS);
    }

    private static Map<String, Object> tree(AuditLog.Registry registry) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("registry", registry.registry());
        tree.put("rows", registry.rows());
        tree.put("generations", registry.generations());
        tree.put("newest", registry.newest());
        tree.put("unknown", registry.unknown());
        tree.put("gaps", registry.gaps());
        tree.put("firstGap", registry.firstGap());
        tree.put("duplicates", registry.duplicates());
        return tree;
    }

    private static String line(AuditLog.Registry registry) {
        String newest =
                registry.newest() == null ? "unknown" : registry.newest().toString();
        return Cells.of(
                        registry.registry() + ":",
                        Count.of(registry.rows(), "row") + ",",
                        Count.of(registry.generations(), "generation") + ",",
                        "newest " + newest)
                + (registry.unknown() == 0
                        ? ""
                        : ", " + Count.of(registry.unknown(), "row") + " of an unknown generation")
                + (registry.gaps() == 0 ? "" : ", " + registry.gaps() + " missing from " + registry.firstGap())
                + (registry.duplicates() == 0 ? "" : ", " + Count.of(registry.duplicates(), "duplicate row"));
    }
}
