package dev.lockstep.realm.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.realm.RealmRemedy;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.publish.Publication.PlainDirectory;
import dev.lockstep.realm.publish.PublishOutcome.Change;
import dev.lockstep.realm.publish.PublishOutcome.Recovery;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublicationTest {
    private static final RealmUrl REALM = new RealmUrl("http://localhost:4201/published/");

    @TempDir
    private Path dir;

    private Path source;
    private Path target;
    private final List<RealmUrl> announced = new ArrayList<>();

    @BeforeEach
    void makeASource() throws IOException {
        source = dir.resolve("source");
        target = Files.createDirectory(dir.resolve("www")).resolve("site");
        write(1);
    }

    /** Every file says which version of the source it belongs to. */
    private void write(int version) throws IOException {
        Files.createDirectories(source.resolve("cards/é"));
        Files.writeString(source.resolve("index.json"), "v" + version);
        Files.writeString(source.resolve("cards/person.gts"), "v" + version);
        Files.writeString(source.resolve("cards/é/deep.gts"), "v" + version);
    }

    private Publication publication() {
        return publication(step -> {});
    }

    private Publication publication(Consumer<PublishStep> steps) {
        return new Publication(target, REALM, announced::add, steps);
    }

    private Publication unreachable() {
        return new Publication(
                target,
                REALM,
                realm -> {
                    throw new LockstepException(LockstepException.Kind.UNREACHABLE, "no database", null);
                },
                step -> {});
    }

    private String seen() throws IOException {
        String index = Files.readString(target.resolve("index.json"));
        assertThat(target.resolve("cards/person.gts")).hasContent(index);
        assertThat(target.resolve("cards/é/deep.gts")).hasContent(index);
        return index;
    }

    private List<String> besideTheTarget() throws IOException {
        try (Stream<Path> entries = Files.list(target.getParent())) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private List<String> versions() throws IOException {
        try (Stream<Path> entries = Files.list(target.resolveSibling(".site.versions"))) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.startsWith("v-"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aSourceBecomesALinkToACopyOfIt() throws IOException {
        PublishOutcome outcome = publication().publish(source, PlainDirectory.REFUSE);

        assertThat(seen()).isEqualTo("v1");
        assertThat(Files.readSymbolicLink(target)).isEqualTo(Path.of(".site.versions", outcome.version()));
        assertThat(outcome)
                .isEqualTo(new PublishOutcome(Change.CHANGED, outcome.version(), null, 3, 6, Recovery.NOT_NEEDED));
        assertThat(announced).containsExactly(REALM);
        assertThat(besideTheTarget()).containsExactly(".site.versions", "site");
    }

    @Test
    void theVersionBeforeIsKeptAndTheOneBeforeThatIsNot() throws IOException {
        List<String> published = new ArrayList<>();
        PublishOutcome outcome = null;
        for (int version = 1; version <= 3; version++) {
            write(version);
            outcome = publication().publish(source, PlainDirectory.REFUSE);
            published.add(outcome.version());
            assertThat(seen()).isEqualTo("v" + version);
        }

        assertThat(outcome.previous()).isEqualTo(published.get(1));
        assertThat(versions()).containsExactlyElementsOf(published.subList(1, 3));
    }

    @Test
    void modesTimesAndLinksInsideAreKeptAndHardLinksAreNot() throws IOException {
        Path script = Files.writeString(source.resolve("run.sh"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x--x"));
        Files.setLastModifiedTime(script, FileTime.fromMillis(1_600_000_000_000L));
        Files.createLink(source.resolve("twin.sh"), script);
        Files.createSymbolicLink(source.resolve("cards/up.sh"), Path.of("../run.sh"));
        Files.createSymbolicLink(source.resolve("all"), Path.of("cards/é"));
        Files.setPosixFilePermissions(source.resolve("cards"), PosixFilePermissions.fromString("r-xr-x---"));

        publication().publish(source, PlainDirectory.REFUSE);

        Path copied = target.resolve("run.sh");
        assertThat(Files.getPosixFilePermissions(copied)).isEqualTo(PosixFilePermissions.fromString("rwxr-x--x"));
        assertThat(Files.getLastModifiedTime(copied).toMillis()).isEqualTo(1_600_000_000_000L);
        assertThat(Files.getAttribute(copied, "unix:nlink")).isEqualTo(1);
        assertThat(Files.readSymbolicLink(target.resolve("cards/up.sh"))).isEqualTo(Path.of("../run.sh"));
        assertThat(target.resolve("all/deep.gts")).hasContent("v1");
        assertThat(Files.getPosixFilePermissions(target.resolve("cards")))
                .isEqualTo(PosixFilePermissions.fromString("r-xr-x---"));

        publication().unpublish();
        assertThat(besideTheTarget()).isEmpty();
        Files.setPosixFilePermissions(source.resolve("cards"), PosixFilePermissions.fromString("rwxr-x---"));
    }

    @Test
    void unpublishingLeavesNothing() throws IOException {
        publication().publish(source, PlainDirectory.REFUSE);

        assertThat(publication().unpublish().change()).isEqualTo(Change.CHANGED);
        assertThat(besideTheTarget()).isEmpty();
        assertThat(announced).hasSize(2);

        assertThat(publication().unpublish().change()).isEqualTo(Change.UNCHANGED);
        assertThat(announced).hasSize(2);
        assertThat(source.resolve("index.json")).hasContent("v1");
    }

    @Test
    void deletingTakesAPlainDirectoryThatUnpublishingWouldNot() throws IOException {
        Files.createDirectories(target.resolve("a/b"));
        Files.writeString(target.resolve("a/b/c"), "c");

        assertThatThrownBy(publication()::unpublish)
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.REFUSED));
        assertThat(publication().delete().change()).isEqualTo(Change.CHANGED);

        assertThat(besideTheTarget()).isEmpty();
        assertThat(announced).containsExactly(REALM);
    }

    @Test
    void aPlainDirectoryIsConvertedOnlyOnDemand() throws IOException {
        Files.createDirectories(target.resolve("cards/é"));
        Files.writeString(target.resolve("index.json"), "plain");

        assertThatThrownBy(() -> publication().publish(source, PlainDirectory.REFUSE))
                .isInstanceOfSatisfying(LockstepException.class, e -> {
                    assertThat(e.code()).isEqualTo("plain-directory");
                    assertThat(e.remedy()).contains(RealmRemedy.CONVERT_THE_DIRECTORY.of());
                });
        assertThat(target.resolve("index.json")).hasContent("plain");
        assertThat(besideTheTarget()).containsExactly("site");

        PublishOutcome outcome = publication().publish(source, PlainDirectory.CONVERT);

        assertThat(seen()).isEqualTo("v1");
        assertThat(target.resolveSibling(".site.versions")
                        .resolve(outcome.previous())
                        .resolve("index.json"))
                .hasContent("plain");
    }

    @Test
    void whatTheDatabaseCannotBeToldOfIsTakenBack() throws IOException {
        assertThatThrownBy(() -> unreachable().publish(source, PlainDirectory.REFUSE))
                .hasMessage("no database");
        assertThat(target).doesNotExist();

        assertThat(publication().publish(source, PlainDirectory.REFUSE).recovery())
                .isEqualTo(Recovery.DONE);
        assertThat(announced)
                .as("for the one that was seen for a moment, and for this")
                .hasSize(2);

        write(2);
        assertThatThrownBy(() -> unreachable().publish(source, PlainDirectory.REFUSE))
                .hasMessage("no database");
        assertThat(seen()).isEqualTo("v1");
        assertThatThrownBy(() -> unreachable().unpublish()).hasMessage("no database");
        assertThat(seen()).isEqualTo("v1");

        assertThat(publication().unpublish().recovery()).isEqualTo(Recovery.DONE);
        assertThat(besideTheTarget()).isEmpty();
    }

    @Test
    void aPlainDirectoryComesBackIfTheDatabaseCannotBeTold() throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("index.json"), "plain");

        assertThatThrownBy(() -> unreachable().delete()).hasMessage("no database");
        assertThat(target.resolve("index.json")).hasContent("plain");
        assertThat(Files.isSymbolicLink(target)).isFalse();

        assertThatThrownBy(() -> unreachable().publish(source, PlainDirectory.CONVERT))
                .hasMessage("no database");
        assertThat(target.resolve("index.json")).hasContent("plain");

        publication().publish(source, PlainDirectory.CONVERT);
        assertThat(seen()).isEqualTo("v1");
    }

    @Test
    void onlyOneAtATimeChangesATarget() throws IOException {
        AtomicInteger refused = new AtomicInteger();
        publication(step -> {
                    if (step == PublishStep.COPIED || step == PublishStep.SHOWN) {
                        assertThatThrownBy(() -> publication().publish(source, PlainDirectory.REFUSE))
                                .isInstanceOfSatisfying(LockstepException.class, e -> assertThat(e.code())
                                        .isEqualTo("busy"));
                        refused.incrementAndGet();
                    }
                })
                .publish(source, PlainDirectory.REFUSE);

        assertThat(refused).hasValue(2);
        assertThat(seen()).isEqualTo("v1");
    }

    @Test
    void aSourceThatChangesWhileItIsCopiedIsNotPublished() throws IOException {
        publication().publish(source, PlainDirectory.REFUSE);
        write(2);
        AtomicInteger copied = new AtomicInteger();

        assertThatThrownBy(() -> publication(step -> {
                            if (step == PublishStep.COPYING && copied.incrementAndGet() == 2) {
                                write("cards/person.gts", "v3");
                            }
                        })
                        .publish(source, PlainDirectory.REFUSE))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.code()).isEqualTo("source-changed"));

        assertThat(seen()).isEqualTo("v1");
        assertThat(versions()).hasSize(1);
        assertThat(announced).hasSize(1);
    }

    private void write(String file, String content) {
        try {
            Files.writeString(source.resolve(file), content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void moreThanTheDiskHoldsIsSaidBeforeAnythingIsWritten() throws IOException {
        publication().publish(source, PlainDirectory.REFUSE);
        try (RandomAccessFile sparse =
                new RandomAccessFile(source.resolve("huge").toFile(), "rw")) {
            sparse.setLength(Files.getFileStore(source).getTotalSpace() + 1);
        }

        assertThatThrownBy(() -> publication().publish(source, PlainDirectory.REFUSE))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.code()).isEqualTo("disk-full"));

        assertThat(seen()).isEqualTo("v1");
        assertThat(versions()).hasSize(1);
    }

    @Test
    void aPlanChangesNothing() throws IOException {
        assertThat(publication().plan(source, PlainDirectory.REFUSE).files()).isEqualTo(3);
        assertThat(besideTheTarget()).isEmpty();
    }
}
