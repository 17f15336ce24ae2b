package dev.lockstep.realm.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.DyingPublisher;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.publish.Publication.PlainDirectory;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that publishes, unpublishes or deletes is killed after one of its steps, other ones each day. Readers then see a whole
 * tree, the database knows of it or a note says that it does not, and the next run puts everything right.
 */
@ExtendWith(PostgresExtension.class)
class PublisherCrashTest {
    private static final int ROUNDS = Counts.of(12, 1_000);

    /** A process that starts keeps a processor busy, and the rest waits for it. */
    private static final int AT_A_TIME = 2;

    /** What is at the name before, and what is done to it. */
    private enum Scene {
        FIRST("publish", 9),
        REPLACE("publish", 10),
        CONVERT("publish", 11),
        UNPUBLISH("unpublish", 6),
        DELETE("delete", 6);

        private final String verb;
        private final int steps;

        Scene(String verb, int steps) {
            this.verb = verb;
            this.steps = steps;
        }
    }

    /** After which step a process of a scene is killed. */
    private record Death(Scene scene, int step) {}

    @TempDir(factory = PublicationFlipTest.InMemory.class)
    private Path dir;

    @Test
    void whereverItDiesTheNextRunPutsEverythingRight(TestDatabase database) throws Exception {
        try (Db db = Boxel.open(database)) {
            InvalidationLog.prepare(db);
        }
        List<Death> deaths = new ArrayList<>();
        for (Scene scene : Scene.values()) {
            for (int step = 1; step <= scene.steps; step++) {
                deaths.add(new Death(scene, step));
            }
        }
        List<Death> today = Counts.today(ROUNDS, deaths);
        List<Callable<Void>> rounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            Death death = today.get(i % today.size());
            String name = "r" + i;
            rounds.add(() -> die(database, death.scene, death.step, name));
        }
        ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            for (Future<Void> round : threads.invokeAll(rounds)) {
                round.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private Void die(TestDatabase database, Scene scene, int step, String name) throws Exception {
        Path target = Files.createDirectory(dir.resolve(name)).resolve("site");
        String realm = "http://localhost:4201/" + name + "/";
        Path source = source(name);
        prepare(database, scene, target, realm, source);
        String before = seen(target);
        int logged = logged(database, realm);
        write(source, "new");

        kill(database, scene.verb, realm, target.toString(), Integer.toString(step), source.toString());

        String after = seen(target);
        boolean noted = Files.exists(target.resolveSibling(".site.versions").resolve("pending"));
        int loggedAfter = logged(database, realm);
        String what = scene + " " + step + ": " + before + " became " + after;
        if (scene != Scene.CONVERT) {
            assertThat(after).as(what).isIn(before, scene.verb.equals("publish") ? "new" : "nothing");
        }
        assertThat(after.equals(before) || noted || loggedAfter > logged)
                .as(what + ", and nobody knows")
                .isTrue();

        write(source, "next");
        PublishOutcome next = publisher(database).publish(source, target, new RealmUrl(realm), PlainDirectory.CONVERT);

        assertThat(seen(target)).as(what).isEqualTo("next");
        assertThat(logged(database, realm)).as(what).isEqualTo(loggedAfter + (noted ? 2 : 1));
        assertThat(next.recovery() == PublishOutcome.Recovery.DONE).as(what).isEqualTo(noted);
        try (Stream<Path> entries = Files.list(target.getParent())) {
            assertThat(entries.map(entry -> entry.getFileName().toString()))
                    .as(what)
                    .containsExactlyInAnyOrder("site", ".site.versions");
        }
        try (Stream<Path> entries = Files.list(target.resolveSibling(".site.versions"))) {
            assertThat(entries.map(entry -> entry.getFileName().toString()).filter(each -> !each.startsWith("v-")))
                    .as(what)
                    .isSubsetOf("lock", "previous");
        }
        return null;
    }

    /** Runs a publisher, as kill -9 ends it. */
    private static void kill(TestDatabase database, String... arguments) {
        try (ChildJvm child = ChildJvm.start(DyingPublisher.class, patient(database), arguments)) {
            child.awaitStdout(DyingPublisher.REACHED);
            child.kill();
            assertThat(child.exitCode()).as(child::toString).isEqualTo(Fault.KILLED);
        }
    }

    /** A machine that runs many tests at a time lets a child wait. */
    private static Map<String, String> patient(TestDatabase database) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("PGCONNECT_TIMEOUT", "60");
        return environment;
    }

    /** The limit of a file's size stands for a disk that fills up while the copy is made. */
    @Test
    void aFileThatCannotBeWrittenToItsEndLeavesEverythingAsItWas(TestDatabase database) throws Exception {
        Path target = Files.createDirectory(dir.resolve("full")).resolve("site");
        RealmUrl realm = new RealmUrl("http://localhost:4201/full/");
        Path source = source("full");
        write(source, "old");
        publisher(database).publish(source, target, realm, PlainDirectory.REFUSE);
        write(source, "new");
        Files.writeString(source.resolve("large"), "x".repeat(100_000));
        Map<String, String> environment = patient(database);
        environment.put("PATH", System.getenv("PATH"));

        try (ChildJvm child = ChildJvm.exec(
                Path.of(""),
                environment,
                "sh",
                "-c",
                "ulimit -f 32; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                DyingPublisher.class.getName(),
                "publish",
                realm.value(),
                target.toString(),
                "1000",
                source.toString())) {
            assertThat(child.exitCode()).as(child::toString).isOne();
            assertThat(child.stderr()).contains("cannot publish");
        }

        assertThat(seen(target)).isEqualTo("old");
        assertThat(logged(database, realm.value())).isOne();
        try (Stream<Path> entries = Files.list(target.resolveSibling(".site.versions"))) {
            assertThat(entries.map(entry -> entry.getFileName().toString()).filter(each -> !each.equals("lock")))
                    .singleElement()
                    .asString()
                    .startsWith("v-");
        }
        Files.delete(source.resolve("large"));
        publisher(database).publish(source, target, realm, PlainDirectory.REFUSE);
        assertThat(seen(target)).isEqualTo("new");
    }

    private void prepare(TestDatabase database, Scene scene, Path target, String realm, Path source) throws Exception {
        switch (scene) {
            case FIRST -> {}
            case REPLACE, UNPUBLISH -> {
                write(source, "old");
                publisher(database).publish(source, target, new RealmUrl(realm), PlainDirectory.REFUSE);
            }
            case CONVERT, DELETE -> write(Files.createDirectory(target), "old");
        }
    }

    private Path source(String name) throws IOException {
        return Files.createDirectory(dir.resolve(name + "-source"));
    }

    private static void write(Path tree, String version) throws IOException {
        Files.writeString(tree.resolve("head"), version);
        Files.writeString(tree.resolve("tail"), version);
    }

    /** What a reader finds: the version, whole, or nothing at all. */
    private static String seen(Path target) throws IOException {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return "nothing";
        }
        String head = Files.readString(target.resolve("head"));
        assertThat(target.resolve("tail")).hasContent(head);
        return head;
    }

    private static int logged(TestDatabase database, String realm) throws SQLException {
        return Integer.parseInt(
                database.ask("select count(*) from lockstep_inval_log where realm_url = '" + realm + "'"));
    }

    private static Publisher publisher(TestDatabase database) {
        Databases databases = Boxel.databases(database);
        Session session = Session.of("lockstep test publisher", Session.Use.WRITE);
        return new Publisher(databases, Boxel.target(database), session, Duration.ofSeconds(20), step -> {});
    }
}
