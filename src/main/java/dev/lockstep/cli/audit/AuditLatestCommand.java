package dev.lockstep.cli.audit;

import dev.lockstep.audit.write.AuditLog;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep audit latest}. */
public final class AuditLatestCommand implements Command {
    private static final Opt<String> REGISTRY = Opt.text("ID", "The registry.", "--registry");
    private static final Opt<String> ORG = Opt.text("UID", "The organisation.", "--org");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Show the newest row of a registry or an organisation, by its generation. Ends with 3 if"
                        + " there is none.");
        AuditArguments.which(spec);
        Options.add(spec, REGISTRY, ORG);
    }

    @Override
    public Result run(Invocation call) {
        Optional<String> registry = call.get(REGISTRY);
        Optional<String> organisation = call.get(ORG);
        if (registry.isPresent() == organisation.isPresent()) {
            throw LockstepException.usage("whose newest row?", "give --registry ID or --org UID, one of them");
        }
        Optional<Map<String, Object>> row;
        try (Db db = AuditArguments.open(call, AuditArguments.target(call), Session.Use.READ)) {
            AuditLog log = new AuditLog(AuditArguments.table(call, db));
            row = registry.isPresent()
                    ? log.latestOfRegistry(registry.get())
                    : log.latestOfOrganisation(organisation.orElseThrow());
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("row", row.orElse(null));
        if (row.isEmpty()) {
            return Result.unchanged(data, List.of("no row")).with(ExitCode.DIFFERS);
        }
        List<String> lines = new ArrayList<>();
        row.get().forEach((name, value) -> lines.add(name + ": " + (value == null ? "NULL" : value)));
        Object id = row.get().values().iterator().next();
        row.get().put(row.get().keySet().iterator().next(), String.valueOf(id));
        return Result.unchanged(data, lines);
    }
}
