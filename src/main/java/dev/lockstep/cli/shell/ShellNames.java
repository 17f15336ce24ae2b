package dev.lockstep.cli.shell;

import dev.lockstep.cli.completion.DatabaseNames;
import dev.lockstep.cli.completion.ValueKind.Source;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.LockstepException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The names in the databases that the shell's defaults mean, for completion. They are fetched behind the prompt, on a
 * connection of their own that is closed again; completion takes what is there and never waits. Of each kind there are at
 * most as many as a person could choose from.
 */
final class ShellNames implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final Shell shell;
    private final Invocation call;
    private final Map<Source, List<String>> names = new ConcurrentHashMap<>();
    private final ExecutorService background = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "names");
        thread.setDaemon(true);
        return thread;
    });
    private String fetched = "";
    private long fetchedNanos;

    ShellNames(Shell shell, Invocation call) {
        this.shell = shell;
        this.call = call;
    }

    /** What is known now; possibly nothing. */
    List<String> of(Source kind) {
        return names.getOrDefault(kind, List.of());
    }

    /** The folder from which files are named. */
    Optional<String> home() {
        return call.databases().environment().get("HOME");
    }

    /** Fetches anew, if the defaults have changed since the last time, or if that is a while ago. */
    void refresh() {
        String now = shell.connection("pg").orElse("") + "\n"
                + shell.connection("db").orElse("");
        boolean changed = !now.equals(fetched);
        if (changed || System.nanoTime() - fetchedNanos > FRESH.toNanos()) {
            fetched = now;
            fetchedNanos = System.nanoTime();
            background.execute(this::fetch);
        }
    }

    private void fetch() {
        try (Databases databases = new Databases(call.databases().environment())) {
            if (shell.connection("db").isPresent()) {
                Path file = Invocation.file(shell.connection("db").get());
                names.putAll(DatabaseNames.ofSqlite(databases, file, PATIENCE));
            }
            if (shell.connection("pg").isPresent()) {
                PgTarget target = PgTarget.resolve(null, Options.sources(databases.environment()));
                names.put(Source.REALM, DatabaseNames.realms(databases, target, PATIENCE));
            }
        } catch (LockstepException e) {
            // Completion knows nothing then; whoever uses the database is told what is wrong with it.
            names.clear();
        }
    }

    @Override
    public void close() {
        background.shutdownNow();
    }
}
