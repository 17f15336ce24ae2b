package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PgBouncer;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import dev.lockstep.testing.TransactionPooler;
import dev.lockstep.testing.TransactionPooler.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Through a pooler every command works that needs no session; what needs one is refused, and nothing is half done. */
@ExtendWith(PostgresExtension.class)
class PooledCommandsTest {
    private static final String WORK = """
            realm init --outbox
            realm broadcast URL --outbox
            realm sequence --once
            realm invalidate URL
            realm invalidate URL --durable --path a.ts
            realm listeners
            realm locks
            realm watch card --realm realm_url --path slug
            realm watch card --remove
            realm listen --durable=one --poll 100ms --timeout 1s
            transpile init --guard
            transpile run URL a.ts --source DIR/a.ts -- cat
            transpile get URL a.ts
            transpile put URL b.ts --generation 99 --body DIR/a.ts
            transpile check URL DIR
            transpile tombstone URL a.ts --dependents --broadcast
            transpile tombstone URL --all -y
            transpile status
            transpile prune --older-than 1d -y
            definitions check URL DIR
            definitions clear URL
            definitions clear --all -y
            top --once
            mirror plan --db DIR/n.db --to TO
            mirror verify --db DIR/n.db --to TO
            mirror status --db DIR/n.db --to TO
            shell -c version
            audit status --to TO --profile cadt-v2
            audit check --to TO --profile cadt-v2
            audit suggest --to TO --profile cadt-v2
            audit latest --registry 1 --to TO --profile cadt-v2
            """;

    private static final String REFUSED = """
            realm lock URL -- true
            realm publish DIR DIR-shown --realm URL -y
            realm unpublish DIR-shown --realm URL -y
            realm delete DIR --realm URL -y
            mirror backfill --db DIR/n.db --to TO --create
            mirror repair --db DIR/n.db --to TO
            mirror follow --db DIR/n.db --to TO
            audit apply --to TO --profile cadt-v2
            audit drop --to TO --profile cadt-v2 -y
            demo --pg TO
            """;

    /** What is not 0: no build has begun, no index is there, no row is there. */
    private static final Map<String, Integer> ANSWERS = Map.of("transpile put", 8, "audit check", 3, "audit latest", 3);

    private static final String AUDIT = """
            create table audit (
                id bigint primary key, registry_id text, org_uid text, root_hash text, type text, change text, "table" text,
                onchain_confirmation_time_stamp text, author text, comment text, generation bigint,
                created_at timestamptz, updated_at timestamptz)
            """;

    /** Each has a test of its own, or reads and writes as those above do. */
    private static final Set<String> ELSEWHERE = Set.of("doctor", "profile init", "realm relay", "audit write");

    @Test
    void noCommandIsForgotten() {
        Set<String> tried = new TreeSet<>(ELSEWHERE);
        Set<String> connecting = new TreeSet<>();
        for (String path : Catalog.TREE.paths()) {
            if (Stream.of(WORK, REFUSED).flatMap(String::lines).anyMatch(line -> line.startsWith(path + " "))
                    || (WORK + REFUSED).lines().anyMatch(path::equals)) {
                tried.add(path);
            }
            var command = Catalog.TREE.leaf(path, Catalog.TREE.command(path)).getCommandSpec();
            if (command.findOption("--pg") != null || command.findOption("--to") != null) {
                connecting.add(path);
            }
        }
        assertThat(tried).containsAll(connecting);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void whatNeedsNoSessionWorksAndWhatNeedsOneIsRefused(Mode mode, TestDatabase database, @TempDir Path folder)
            throws Exception {
        database.execute(BoxelTables.MODULES, BoxelTables.TRANSPILE_CACHE);
        database.execute("create table card (realm_url text, slug text)", AUDIT);
        Path files = Files.createDirectory(folder.resolve("files"));
        Files.writeString(files.resolve("a.ts"), "let a = 1;");
        TestSqlite.create(files.resolve("n.db"), "create table n (id integer primary key)");
        String to = "postgresql://%s:%d/%s".formatted(database.host(), database.port(), database.name());
        mirror(files, to, database);
        try (Pooler pooler = Pooler.before(database, mode)) {
            TestDatabase pooled = database.through(pooler.port());
            String pooledTo = to.replace(":" + database.port() + "/", ":" + pooler.port() + "/");
            for (String line : WORK.lines().toList()) {
                String command = String.join(" ", List.of(line.split(" ")).subList(0, 2));
                run(line, files, pooledTo, pooled.environment()).endedWith(ANSWERS.getOrDefault(command, 0));
            }
            for (String line : REFUSED.lines().toList()) {
                assertThat(run(line, files, pooledTo, pooled.environment())
                                .endedWith(6)
                                .stderr())
                        .as(line)
                        .contains("a pooler stands ");
            }
            try (RunningLockstep relay = RunningLockstep.start(
                    pooled.environment(), "realm", "relay", "--listen", "127.0.0.1:0", "--poll", "100ms")) {
                relay.awaitStdout("relaying");
            }
        }
        assertThat(files.resolve("a.ts")).exists();
    }

    private static void mirror(Path files, String to, TestDatabase database) {
        run("mirror backfill --db DIR/n.db --to TO --create", files, to, database.environment())
                .endedWith(0);
    }

    private static LockstepRun run(String line, Path files, String to, Map<String, String> environment) {
        String command = line.replace("URL", "http://localhost:4201/luke/")
                .replace("DIR", files.toString())
                .replace("TO", to);
        return LockstepRun.of(environment, command.split(" "));
    }

    /** PgBouncer where it is installed, else what stands in for it. */
    private record Pooler(int port, AutoCloseable process) implements AutoCloseable {
        static Pooler before(TestDatabase database, Mode mode) throws IOException {
            if (PgBouncer.program().isPresent()) {
                PgBouncer bouncer = PgBouncer.before(database, mode);
                return new Pooler(bouncer.port(), bouncer);
            }
            TransactionPooler pooler = TransactionPooler.before(database, mode);
            return new Pooler(pooler.port(), pooler);
        }

        @Override
        public void close() throws Exception {
            process.close();
        }
    }
}
