package dev.lockstep.cli.transpile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.transpile.Content;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FolderArchiveTest {
    @TempDir
    Path dir;

    private Path made;
    private Path restored;

    @BeforeEach
    void names() {
        made = dir.resolve("made");
        restored = dir.resolve("restored");
    }

    @Test
    void whatIsUnpackedIsWhatWasPackedByteForByteWithModesAndLinks() throws IOException {
        Path deep = Files.createDirectories(made.resolve("a".repeat(120)).resolve("ü b"));
        Files.write(deep.resolve("bytes"), new byte[] {0, 1, (byte) 0xff});
        Files.writeString(made.resolve("program"), "#!/bin/sh\n");
        mode(made.resolve("program"), "rwxr-x---");
        Files.createFile(made.resolve("empty"));
        Files.createSymbolicLink(deep.resolve("up"), Path.of("../../program"));
        Files.createSymbolicLink(made.resolve("dangling"), Path.of("to come"));
        mode(Files.createDirectory(made.resolve("closed")), "r-xr-xr-x");

        FolderArchive.unpack(FolderArchive.pack(made), restored);

        assertThat(listing(restored)).hasSize(8).isEqualTo(listing(made));
        assertThat(FolderArchive.pack(restored).open())
                .hasSameContentAs(FolderArchive.pack(made).open());
    }

    @Test
    void aFileThatIsThereIsReplacedAndOthersStay() throws IOException {
        Files.writeString(Files.createDirectories(made.resolve("sub")).resolve("a"), "new");
        Files.writeString(Files.createDirectories(restored.resolve("sub")).resolve("a"), "old, and longer");
        Files.writeString(restored.resolve("sub/other"), "kept");

        FolderArchive.unpack(FolderArchive.pack(made), restored);

        assertThat(restored.resolve("sub/a")).hasContent("new");
        assertThat(restored.resolve("sub/other")).hasContent("kept");
        assertThat(FolderArchive.contents(restored)).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"/nobodys", "..", "../elsewhere", "sub/../../elsewhere"})
    void aLinkThatLeadsOutIsNotPacked(String target) throws IOException {
        Files.createDirectories(made);
        Files.createSymbolicLink(made.resolve("link"), Path.of(target));

        assertThatThrownBy(() -> FolderArchive.pack(made)).hasMessageContaining("leads out of the folder");
    }

    /** Each alone is harmless. */
    @Test
    void twoLinksThatLeadOutTogetherAreNotPacked() throws IOException {
        Files.createDirectories(made.resolve("d/e"));
        Files.createSymbolicLink(made.resolve("d/e/root"), Path.of("../.."));
        Files.createSymbolicLink(made.resolve("out"), Path.of("d/e/root/.."));

        assertThatThrownBy(() -> FolderArchive.pack(made)).hasMessageContaining("leads out of the folder");
    }

    @ParameterizedTest
    @CsvSource({
        "/nobodys/x, 0, ",
        "../x, 0, ",
        "sub/../../x, 0, ",
        "link, 2, /nobodys",
        "link, 2, ../..",
        "hard, 1, /nobodys/x",
        "pipe, 6, ",
        "device, 3, ",
    })
    void anArchiveThatReachesOutIsRefusedAndChangesNothing(String name, char type, String target) throws IOException {
        Files.writeString(Files.createDirectories(restored).resolve("mine"), "mine");
        Content archive = archive(tar -> {
            entry(tar, "good", (byte) '0', null);
            entry(tar, name, (byte) type, target);
        });

        assertThatThrownBy(() -> FolderArchive.unpack(archive, restored)).isInstanceOf(IOException.class);

        assertThat(listing(dir)).containsExactlyInAnyOrder("restored", "restored/mine");
    }

    @Test
    void anArchiveThatReachesThroughItsOwnLinkIsRefused() throws IOException {
        Files.createDirectories(dir.resolve("elsewhere"));
        Content archive = archive(tar -> {
            entry(tar, "link", (byte) '2', "sub");
            entry(tar, "link/inner", (byte) '2', "x");
        });

        assertThatThrownBy(() -> FolderArchive.unpack(archive, restored)).hasMessageContaining("through its link");
    }

    @Test
    void aLinkInTheFolderThatLeadsOutIsNotFollowed() throws IOException {
        Files.writeString(Files.createDirectories(made.resolve("sub")).resolve("a"), "new");
        Path elsewhere = Files.createDirectories(dir.resolve("elsewhere"));
        Files.createSymbolicLink(Files.createDirectories(restored).resolve("sub"), elsewhere);

        assertThatThrownBy(() -> FolderArchive.unpack(FolderArchive.pack(made), restored))
                .hasMessageContaining("leads out of the folder");

        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void halfAnArchiveIsRefused() throws IOException {
        Files.write(Files.createDirectories(made).resolve("a"), new byte[5000]);
        byte[] whole = FolderArchive.pack(made).open().readAllBytes();

        assertThatThrownBy(() -> FolderArchive.unpack(Content.of(Arrays.copyOf(whole, 3000)), restored))
                .isInstanceOf(IOException.class);

        assertThat(restored).isEmptyDirectory();
    }

    @FunctionalInterface
    private interface Entries {
        void writeTo(TarArchiveOutputStream tar) throws IOException;
    }

    private static Content archive(Entries entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            entries.writeTo(tar);
        }
        return Content.of(bytes.toByteArray());
    }

    private static void entry(TarArchiveOutputStream tar, String name, byte type, String target) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
        if (target != null) {
            entry.setLinkName(target);
        }
        byte[] content = type == TarConstants.LF_NORMAL ? "bytes".getBytes(StandardCharsets.UTF_8) : new byte[0];
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    /** Each file with its mode, its target or its bytes; of the whole folder, only names. */
    private List<String> listing(Path folder) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path path : FolderArchive.contents(folder)) {
            String name = folder.relativize(path).toString();
            if (folder.equals(dir)) {
                lines.add(name);
            } else if (Files.isSymbolicLink(path)) {
                lines.add(name + " -> " + Files.readSymbolicLink(path));
            } else {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                byte[] bytes = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.readAllBytes(path) : null;
                lines.add(name + " " + mode + " " + Arrays.toString(bytes));
            }
        }
        return lines;
    }
}
