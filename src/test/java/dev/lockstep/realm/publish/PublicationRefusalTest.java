package dev.lockstep.realm.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.publish.Publication.PlainDirectory;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.LockstepException.Kind;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not published, and that refusing it leaves no trace. */
class PublicationRefusalTest {
    private static final String SECRET = "for nobody's eyes";

    @TempDir
    private Path dir;

    private Path source;
    private Path target;
    private Path outside;

    @BeforeEach
    void makeATree() throws IOException {
        source = Files.createDirectory(dir.resolve("source"));
        target = Files.createDirectory(dir.resolve("www")).resolve("site");
        outside = Files.createDirectory(dir.resolve("outside"));
        for (String name : List.of("a", "b", "c", "d")) {
            Files.createDirectories(source.resolve(name));
            for (String file : List.of("1", "2", "3", "4", "5")) {
                Files.writeString(source.resolve(name).resolve(file), "public");
                Files.writeString(outside.resolve(file), SECRET);
            }
        }
    }

    private LockstepException refusal(Path from) {
        return catchThrowableOfType(LockstepException.class, () -> new Publication(
                        target, new RealmUrl("http://h/r/"), realm -> {}, step -> {})
                .publish(from, PlainDirectory.REFUSE));
    }

    private void assertNothingBesideTheTarget() throws IOException {
        try (Stream<Path> entries = Files.list(target.getParent())) {
            assertThat(entries).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "../outside/1",
                "a/../../outside",
                "./../source/a",
                "a/1/../../../outside",
                "deep/up/../../outside/1",
                "loop",
            })
    void aLinkThatLeavesTheTreeIsRefused(String link) throws IOException {
        // Read as text alone, the way through 'up' would stay inside.
        Files.createDirectories(source.resolve("deep"));
        Files.createSymbolicLink(source.resolve("deep/up"), Path.of("../a"));
        Files.createSymbolicLink(source.resolve("loop"), Path.of(link));

        LockstepException refused = refusal(source);

        assertThat(refused.kind()).isEqualTo(Kind.REFUSED);
        assertThat(refused)
                .hasMessageContaining("a symbolic link leaves the tree")
                .hasMessageContaining("loop");
        assertNothingBesideTheTarget();
    }

    @Test
    void aLinkThatLeavesByWayOfAnotherIsRefused() throws IOException {
        Files.createDirectories(source.resolve("p/q/r"));
        Files.createSymbolicLink(source.resolve("p/q/r/top"), Path.of("../../.."));
        Files.createSymbolicLink(source.resolve("p/q/r/out"), Path.of("top/../outside"));

        assertThat(refusal(source)).hasMessageContaining("p/q/r/out");
    }

    @Test
    void aPipeIsRefused() throws IOException, InterruptedException {
        Process made = new ProcessBuilder("mkfifo", source.resolve("a/pipe").toString()).start();
        assertThat(made.waitFor()).isZero();

        LockstepException refused = refusal(source);

        assertThat(refused.kind()).isEqualTo(Kind.REFUSED);
        assertThat(refused).hasMessageContaining("a/pipe");
        assertNothingBesideTheTarget();
    }

    @Test
    void aNameThatIsNoTextIsRefused() throws IOException, InterruptedException {
        Process made = new ProcessBuilder("sh", "-c", "touch \"$(printf 'bad\\377name')\"")
                .directory(source.toFile())
                .start();
        assertThat(made.waitFor()).isZero();

        assertThat(refusal(source)).hasMessageContaining("a name that is no text");
        assertNothingBesideTheTarget();
    }

    @ParameterizedTest
    @CsvSource({"missing, no such directory", "a/1, not a directory"})
    void aSourceThatIsNoDirectoryIsAUsageError(String name, String message) throws IOException {
        LockstepException refused = refusal(source.resolve(name));

        assertThat(refused.kind()).isEqualTo(Kind.USAGE);
        assertThat(refused).hasMessageContaining(message);
        assertNothingBesideTheTarget();
    }

    @Test
    void aSourceAroundTheTargetIsRefused() throws IOException {
        assertThat(refusal(dir)).hasMessageContaining("overlap");
        assertThat(refusal(target.getParent())).hasMessageContaining("overlap");
        assertNothingBesideTheTarget();
    }

    @Test
    void theTargetCannotBeItsOwnSource() throws IOException {
        assertThat(refusal(source)).isNull();

        assertThat(refusal(target)).hasMessageContaining("overlap");
        assertThat(refusal(target.resolve("a"))).hasMessageContaining("overlap");
        assertThat(target.resolve("a/1")).hasContent("public");
    }

    @Test
    void aDirectoryThatEverybodyMayChangeIsNoPlaceToPublish() throws IOException {
        Files.setPosixFilePermissions(target.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThat(refusal(source)).hasMessageContaining("everybody may write to");
        assertNothingBesideTheTarget();
    }

    @Test
    void whatSomebodyElsePutThereStays() throws IOException {
        Files.createSymbolicLink(target, Path.of("../outside"));
        assertThat(refusal(source).kind()).isEqualTo(Kind.REFUSED);
        assertThatThrownBy(() -> new Publication(target, new RealmUrl("http://h/r/"), realm -> {}, step -> {}).delete())
                .isInstanceOf(LockstepException.class);
        assertThat(target.resolve("1")).hasContent(SECRET);

        Files.delete(target);
        Files.writeString(target, "a file");
        assertThat(refusal(source).kind()).isEqualTo(Kind.REFUSED);
        assertThat(target).hasContent("a file");
    }

    @Test
    void aMountPointIsRefusedBeforeAnythingIsWritten() {
        Publication there = new Publication(Path.of("/proc"), new RealmUrl("http://h/r/"), realm -> {}, step -> {});

        assertThatThrownBy(() -> there.plan(source, PlainDirectory.CONVERT))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REFUSED))
                .hasMessageContaining("mount point");
        assertThatThrownBy(there::planDelete).hasMessageContaining("mount point");
    }

    @Test
    void aDirectoryThatTakesNoFilesIsNamed() {
        assertThatThrownBy(() -> new Publication(
                                Path.of("/sys/site"), new RealmUrl("http://h/r/"), realm -> {}, step -> {})
                        .publish(source, PlainDirectory.REFUSE))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining(": /sys: ");
    }

    @Test
    void aLinkInThePlaceOfTheVersionsIsRefused() throws IOException {
        Path victim = Files.createDirectory(dir.resolve("victim"));
        Files.createSymbolicLink(target.resolveSibling(".site.versions"), victim);

        assertThat(refusal(source).kind()).isEqualTo(Kind.REFUSED);
        try (Stream<Path> entries = Files.list(victim)) {
            assertThat(entries).isEmpty();
        }
    }

    @Test
    void aParentThatDoesNotExistIsAUsageError() {
        assertThatThrownBy(() ->
                        new Publication(dir.resolve("none/site"), new RealmUrl("http://h/r/"), realm -> {}, step -> {}))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(Kind.USAGE));
    }

    /** Twenty files are copied; at each of them a directory that is still to come, or is just read, becomes a link. */
    @Test
    void aDirectoryThatBecomesALinkWhileItIsCopiedIsNeverFollowed() throws IOException {
        for (int at = 1; at <= 20; at++) {
            AtomicInteger copied = new AtomicInteger();
            int swapAt = at;
            Publication publication = new Publication(target, new RealmUrl("http://h/r/"), realm -> {}, step -> {
                if (step == PublishStep.COPYING && copied.incrementAndGet() == swapAt) {
                    swapForALink(swapAt);
                }
            });

            assertThatThrownBy(() -> publication.publish(source, PlainDirectory.REFUSE))
                    .as("swapped after %d files", at)
                    .isInstanceOf(LockstepException.class);

            assertNothingBesideTheTarget();
            Path swapped = source.resolve(directory(at));
            Files.delete(swapped);
            Files.move(source.resolve("hidden"), swapped);
        }
    }

    private static String directory(int at) {
        return List.of("a", "b", "c", "d").get(at % 4);
    }

    private void swapForALink(int at) {
        try {
            Files.move(source.resolve(directory(at)), source.resolve("hidden"));
            Files.createSymbolicLink(source.resolve(directory(at)), outside);
            Files.walkFileTree(target.getParent(), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                        assertThat(Files.readString(file)).doesNotContain(SECRET);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
