package dev.lockstep.db.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.embedded.TarReader.Entry;
import dev.lockstep.db.embedded.TarReader.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream archive = new TarArchiveOutputStream(bytes, "UTF-8");

    private void file(String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        entry.setMode(0100755);
        archive.putArchiveEntry(entry);
        archive.write(content);
        archive.closeArchiveEntry();
    }

    private void link(String name, byte type, String target) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, type);
        entry.setLinkName(target);
        archive.putArchiveEntry(entry);
        archive.closeArchiveEntry();
    }

    private byte[] archived() throws IOException {
        archive.close();
        return bytes.toByteArray();
    }

    private static TarReader reader(byte... archive) {
        return new TarReader(new ByteArrayInputStream(archive));
    }

    private static byte[] content(TarReader tar) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        tar.transferTo(content);
        return content.toByteArray();
    }

    @Test
    void readsFoldersFilesAndLinks() throws IOException {
        archive.putArchiveEntry(new TarArchiveEntry("bin/"));
        archive.closeArchiveEntry();
        file("bin/é", "text".getBytes(StandardCharsets.UTF_8));
        link("bin/other", TarConstants.LF_SYMLINK, "é");

        TarReader tar = reader(archived());

        assertThat(tar.next().orElseThrow()).returns(Kind.FOLDER, Entry::kind).returns("bin/", Entry::name);
        assertThat(tar.next().orElseThrow())
                .returns(Kind.FILE, Entry::kind)
                .returns("bin/é", Entry::name)
                .returns(0755, entry -> entry.mode() & 0777);
        assertThat(content(tar)).asString().isEqualTo("text");
        assertThat(tar.next().orElseThrow()).returns(Kind.LINK, Entry::kind).returns("é", Entry::target);
        assertThat(tar.next()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 513, 70_000})
    void readsAFileOfAnySizeAndWhatComesAfterIt(int size) throws IOException {
        byte[] content = new byte[size];
        Arrays.fill(content, (byte) 'x');
        file("first", content);
        file("second", new byte[] {7});

        TarReader tar = reader(archived());

        assertThat(tar.next().orElseThrow().size()).isEqualTo(size);
        assertThat(content(tar)).isEqualTo(content);
        assertThat(tar.next().orElseThrow().name()).isEqualTo("second");
        assertThat(content(tar)).containsExactly(7);
    }

    @Test
    void aFileThatIsNotReadIsPassedOver() throws IOException {
        file("first", new byte[3_000]);
        file("second", new byte[0]);

        TarReader tar = reader(archived());

        assertThat(tar.next().orElseThrow().name()).isEqualTo("first");
        assertThat(tar.next().orElseThrow().name()).isEqualTo("second");
    }

    @Test
    void joinsALongNameThatIsKeptInTwoParts() throws IOException {
        archive.setLongFileMode(TarArchiveOutputStream.LONGFILE_TRUNCATE);
        file("name", new byte[0]);
        byte[] header = archived();
        byte[] prefix = "some/folder".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(prefix, 0, header, 345, prefix.length);
        correctChecksum(header);

        assertThat(reader(header).next().orElseThrow().name()).isEqualTo("some/folder/name");
    }

    private static void correctChecksum(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += header[i] & 0xff;
        }
        byte[] digits = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, header, 148, digits.length);
    }

    @Test
    void refusesWhatItDoesNotKnow() throws IOException {
        link("hard", TarConstants.LF_LINK, "other");

        TarReader tar = reader(archived());

        assertThatThrownBy(tar::next).isInstanceOf(IOException.class).hasMessageContaining("hard");
    }

    @Test
    void noticesADamagedHeader() throws IOException {
        file("file", new byte[0]);
        byte[] damaged = archived();
        damaged[1] ^= 1;

        assertThatThrownBy(reader(damaged)::next).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 512, 600, 1_023, 1_024})
    void noticesAnArchiveThatEndsTooEarly(int length) throws IOException {
        file("file", new byte[600]);
        TarReader tar = reader(Arrays.copyOf(archived(), length));

        assertThatThrownBy(() -> {
                    while (tar.next().isPresent()) {
                        content(tar);
                    }
                })
                .isInstanceOf(EOFException.class);
    }
}
