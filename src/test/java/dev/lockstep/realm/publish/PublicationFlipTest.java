package dev.lockstep.realm.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.publish.Publication.PlainDirectory;
import dev.lockstep.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** Readers in a tight loop while what they read is replaced again and again. */
class PublicationFlipTest {
    private static final int FLIPS = 20_000;

    /** In memory where the machine offers that: what is tried is what other processes see, not what a power cut leaves. */
    static final class InMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            Path memory = Path.of("/dev/shm");
            return Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "lockstep-test")
                    : Files.createTempDirectory("lockstep-test");
        }
    }

    @TempDir(factory = InMemory.class)
    private Path dir;

    private Path source;
    private Path name;
    private PublishedTree target;
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong missing = new AtomicLong();
    private final AtomicLong mixed = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();

    @BeforeEach
    void publishTwice() throws IOException {
        source = Files.createDirectory(dir.resolve("source"));
        name = Files.createDirectory(dir.resolve("www")).resolve("site");
        target = PublishedTree.at(name);
        publish("one");
        publish("two");
    }

    private void publish(String version) throws IOException {
        Files.writeString(source.resolve("head"), version);
        Files.writeString(source.resolve("tail"), version);
        new Publication(name, new RealmUrl("http://h/r/"), realm -> {}, step -> {})
                .publish(source, PlainDirectory.REFUSE);
    }

    @Test
    void aReaderNeverMissesATreeNorSeesTwoAtOnce() throws IOException, InterruptedException {
        Thread reader = new Thread(this::readUntilDone, "reader");
        String[] versions = {target.previous().orElseThrow(), target.current().orElseThrow()};
        reader.start();

        for (int flip = 0; flip < FLIPS; flip++) {
            target.show(versions[flip % 2]);
            // On a busy machine the reader must get its turn too; an odd number, so that it sees the other version
            // then.
            if (flip % 101 == 0) {
                awaitReader();
            }
        }

        done.set(true);
        reader.join();
        assertThat(missing).as("missing of %s reads", reads).hasValue(0);
        assertThat(mixed).as("mixed of %s reads", reads).hasValue(0);
        assertThat(changes.get()).as("changes seen in %s reads", reads).isGreaterThan(100);
    }

    @Test
    void aReaderThatStaysWithAVersionIsServedWhileTheNextIsPublished() throws IOException, InterruptedException {
        Thread reader = new Thread(this::readUntilDone, "reader");
        reader.start();

        for (int i = 0; i < 100; i++) {
            publish("version " + i);
            // Only the version before is kept: a read that has begun must end before the one after the next.
            awaitReader();
        }

        done.set(true);
        reader.join();
        assertThat(missing).as("missing of %s reads", reads).hasValue(0);
        assertThat(mixed).as("mixed of %s reads", reads).hasValue(0);
        assertThat(changes.get()).isGreaterThanOrEqualTo(100);
    }

    /** Returns when a read that began after this call has ended. */
    private void awaitReader() {
        long seen = reads.get();
        Await.until("the reader", Duration.ofSeconds(20), () -> reads.get() > seen + 1);
    }

    /** As a server does it: the name is looked up once for a request, and its files are read from where it led. */
    private void readUntilDone() {
        String last = "";
        while (!done.get()) {
            try {
                Path tree = name.toRealPath();
                String head = Files.readString(tree.resolve("head"));
                String tail = Files.readString(tree.resolve("tail"));
                if (!head.equals(tail)) {
                    mixed.incrementAndGet();
                }
                if (!head.equals(last)) {
                    changes.incrementAndGet();
                    last = head;
                }
                Files.readAttributes(name.resolve("head"), "size");
            } catch (NoSuchFileException e) {
                missing.incrementAndGet();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            reads.incrementAndGet();
        }
    }
}
