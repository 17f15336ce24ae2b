package dev.lockstep.cli.completion;

import dev.lockstep.cli.completion.ValueKind.Source;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Model.CommandSpec;

/**
 * {@code lockstep complete-names tables|realms|registries}: what a shell's completion asks. It answers with 0 and nothing
 * where it cannot tell, or not within a second, and starts no server.
 */
public final class NamesCommand implements Command {
    /** As it is typed; it is in no list of commands. */
    public static final String PATH = "complete-names";

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Print the names in a database, for a shell that completes them.");
        Options.parameters(spec, "tables|realms|registries", "1", "Which names.");
        Options.postgres(spec);
        Options.add(spec, Options.DB);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        FutureTask<List<String>> asked = new FutureTask<>(() -> names(call));
        Thread thread = new Thread(asked, PATH);
        thread.setDaemon(true);
        thread.start();
        List<String> names;
        try {
            names = asked.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // Whoever uses the database is told what is wrong with it.
            names = List.of();
        }
        return Result.unchanged(Map.of("names", names), names);
    }

    private static List<String> names(Invocation call) {
        try (Databases databases = new Databases(call.databases().environment())) {
            return switch (call.parameters().get(0)) {
                case "tables" -> ofSqlite(call, databases, Source.TABLE);
                case "registries" -> ofSqlite(call, databases, Source.REGISTRY);
                case "realms" -> {
                    PgTarget target = call.describedPostgres();
                    yield !target.isNamed() || target.embedded()
                            ? List.of()
                            : DatabaseNames.realms(databases, target, PATIENCE);
                }
                default -> List.of();
            };
        }
    }

    private static List<String> ofSqlite(Invocation call, Databases databases, Source kind) throws LockstepException {
        String file = call.sqliteFile(Optional.empty());
        return DatabaseNames.ofSqlite(databases, Invocation.file(file), PATIENCE)
                .get(kind);
    }
}
