package dev.lockstep.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.LockstepRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Indexes are made by many at once, and beside those who read and write. */
class ConcurrentApplyTest {
    private static final int PROCESSES = 16;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path dir;

    @Test
    void sixteenProcessesAtOnceMakeOneValidIndexWithoutADeadlock() throws Exception {
        int rounds = Counts.of(1, 20);
        List<AuditDatabase> databases = new ArrayList<>();
        List<ChildJvm> children = new ArrayList<>();
        try {
            Map<String, String> environment = new HashMap<>();
            for (AuditDatabase.Kind kind : AuditDatabase.Kind.ofLongTests()) {
                databases.add(
                        AuditDatabase.create(kind, dir.resolve("storm.db")).fill());
                environment.putAll(databases.get(databases.size() - 1).environment());
            }
            for (int i = 0; i < PROCESSES; i++) {
                children.add(child(i, rounds, databases, environment));
            }
            for (int round = 0; round < rounds; round++) {
                for (AuditDatabase database : databases) {
                    long deadlocks = database.deadlocks();
                    Path go = dir.resolve("go-" + round + "-" + database.kind());
                    try (TimedWriter timed = new TimedWriter(database)) {
                        Files.createFile(go);
                        for (int i = 0; i < PROCESSES; i++) {
                            awaitSuccess(children.get(i), dir.resolve(go.getFileName() + "-" + i));
                        }
                        assertThat(timed.longest())
                                .as("the longest wait of a writer on %s", database.kind())
                                .isLessThan(Duration.ofSeconds(10));
                    }
                    LockstepRun check = database.run("check", "--json");
                    assertThat(check.exit()).as(check.stdout()).isZero();
                    assertThat(database.deadlocks()).isEqualTo(deadlocks);
                    assertThat(database.run("drop", "--yes").exit()).isZero();
                }
            }
        } finally {
            children.forEach(ChildJvm::close);
            databases.forEach(AuditDatabase::close);
        }
    }

    private ChildJvm child(int number, int rounds, List<AuditDatabase> databases, Map<String, String> environment) {
        List<String> arguments =
                new ArrayList<>(List.of(dir.toString(), Integer.toString(number), Integer.toString(rounds)));
        for (AuditDatabase database : databases) {
            arguments.add(database.kind() + " " + String.join(" ", database.options()));
        }
        return ChildJvm.start(Applier.class, environment, arguments.toArray(String[]::new));
    }

    private static void awaitSuccess(ChildJvm child, Path done) throws IOException {
        Await.until(done + " of " + child, PATIENCE, () -> Files.exists(done) || !child.isAlive());
        assertThat(done).as("%s", child).exists();
        assertThat(Files.readString(done)).as("%s", child).isEqualTo("0");
    }

    /** One of the many: applies when a file says go, and leaves a file with its exit status. */
    static final class Applier {
        private Applier() {}

        public static void main(String[] args) throws Exception {
            Path dir = Path.of(args[0]);
            for (int round = 0; round < Integer.parseInt(args[2]); round++) {
                for (int i = 3; i < args.length; i++) {
                    List<String> words = new ArrayList<>(List.of(args[i].split(" ", -1)));
                    String go = "go-" + round + "-" + words.remove(0);
                    Await.until(go, PATIENCE, () -> Files.exists(dir.resolve(go)));
                    words.addAll(0, List.of("audit", "apply"));
                    LockstepRun run = LockstepRun.of(System.getenv(), words.toArray(String[]::new));
                    Path part = Files.writeString(dir.resolve(go + "-part-" + args[1]), Integer.toString(run.exit()));
                    Files.move(part, dir.resolve(go + "-" + args[1]));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.audit.AuditDatabase$Kind#ofLongTests")
    void aWriterNeverWaitsLongerThanTheLockTimeoutWhoeverElseIsInTheWay(AuditDatabase.Kind kind) throws Exception {
        int rounds = Counts.of(1, 10);
        try (AuditDatabase database =
                AuditDatabase.create(kind, dir.resolve("pressure.db")).fill()) {
            for (int round = 0; round < rounds; round++) {
                try (Connection reader = database.connect();
                        Connection writer = database.connect();
                        Statement read = reader.createStatement();
                        Statement write = writer.createStatement();
                        TimedWriter timed = new TimedWriter(database)) {
                    reader.setAutoCommit(false);
                    read.executeQuery("select count(*) from audit").close();
                    if (kind != AuditDatabase.Kind.SQLITE) {
                        writer.setAutoCommit(false);
                        write.execute("update audit set comment = 'long' where id = 1");
                    }
                    LockstepRun pressed = database.run(
                            "apply",
                            "--lock-timeout",
                            "1s",
                            "--timeout",
                            kind == AuditDatabase.Kind.SQLITE ? "1m" : "6s");

                    // SQLite in WAL mode lets a writer pass any reader.
                    assertThat(pressed.exit())
                            .as(pressed.stderr())
                            .isEqualTo(kind == AuditDatabase.Kind.SQLITE ? 0 : 5);
                    assertThat(timed.longest())
                            .as(
                                    "the longest wait of a writer, which would be that of the whole command without --lock-timeout")
                            .isLessThan(Duration.ofSeconds(5));
                    reader.rollback();
                    if (kind != AuditDatabase.Kind.SQLITE) {
                        writer.rollback();
                    }
                }
                assertThat(database.run("apply").exit()).isZero();
                assertThat(database.run("check").exit()).isZero();
                assertThat(database.run("drop", "--yes").exit()).isZero();
            }
        }
    }
}
