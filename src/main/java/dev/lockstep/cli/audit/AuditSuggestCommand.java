package dev.lockstep.cli.audit;

import dev.lockstep.audit.index.IndexAdvisor;
import dev.lockstep.audit.index.Suggestion;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep audit suggest}. */
public final class AuditSuggestCommand implements Command {
    private static final Opt<String> QUERY = Opt.text(
            "SQL",
            "select ... from T where a = ? and b = ? order by c desc limit n. None: the hot queries of the profile.",
            "--query");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Say which index would serve a query, and why: compared columns first, then the order. Tried"
                                + " where that is free, never on the table itself.");
        AuditArguments.which(spec);
        QUERY.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        DbTarget target = AuditArguments.target(call);
        Optional<String> query = call.get(QUERY);
        List<Suggestion> suggestions;
        try (Db db = AuditArguments.open(call, target, Session.Use.READ)) {
            IndexAdvisor maker = new IndexAdvisor(db, () -> call.databases().scratch());
            suggestions = query.isPresent()
                    ? List.of(maker.of(query.get()))
                    : maker.ofProfile(AuditArguments.table(call, db));
        }
        List<Object> trees = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (Suggestion suggestion : suggestions) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("query", suggestion.query());
            tree.put("table", suggestion.table());
            tree.put("columns", suggestion.columns());
            tree.put("index", suggestion.definition());
            tree.put("reason", suggestion.reason());
            tree.put("existing", suggestion.existing());
            tree.put("tried", suggestion.tried());
            tree.put("plan", suggestion.plan());
            tree.put("notes", suggestion.notes());
            trees.add(tree);
            lines.add(suggestion.query());
            lines.add("  "
                    + (suggestion.existing() == null ? suggestion.definition() : "served by " + suggestion.existing()));
            lines.add("  " + suggestion.reason());
            suggestion.notes().forEach(note -> lines.add("  " + note));
            lines.add("  " + suggestion.tried() + (suggestion.plan() == null ? "" : ": " + suggestion.plan()));
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("suggestions", trees);
        return Result.unchanged(data, lines);
    }
}
