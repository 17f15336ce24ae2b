package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.cli.kit.Printer;
import dev.lockstep.cli.kit.WholeFile;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Results that find no room; Linux has a device for that. */
class FullDiskTest {
    private static final Path FULL = Path.of("/dev/full");

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    @BeforeEach
    void thereIsAFullDisk() {
        assumeTrue(Files.isWritable(FULL), "this system has no /dev/full");
    }

    private int run(String... args) throws IOException {
        try (PrintStream out = Printer.to(FULL.toString());
                PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            return new Lockstep(new Databases(new Environment(Map.of())), InputStream.nullInputStream(), out, err)
                    .run(args);
        }
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "version",
                "version -o json",
                "version -o jsonl",
                "help",
                "--help",
                "realm lock --help",
                "completion bash",
                "profile show boxel",
                "shell -c version"
            })
    void everyKindOfOutputEndsWithTheReason(String command) throws IOException {
        assertThat(run(command.split(" "))).isEqualTo(1);
        assertThat(said()).contains("cannot write to standard output: No space left on device");
    }

    @ParameterizedTest
    @MethodSource("leaves")
    void everyCommandSaysThatItsHelpFoundNoRoom(String leaf) throws IOException {
        assertThat(run((leaf + " --help").split(" "))).isEqualTo(1);
        assertThat(said()).contains("cannot write to standard output: No space left on device");
    }

    @ParameterizedTest
    @MethodSource("leaves")
    void everyCommandSaysThatItsReportFoundNoRoom(String leaf) throws IOException {
        boolean reports = Catalog.TREE
                        .leaf(leaf, Catalog.TREE.command(leaf))
                        .getCommandSpec()
                        .findOption("--output")
                != null;
        assertThat(run((leaf + " --no-such-option" + (reports ? " -o json" : "")).split(" ")))
                .isEqualTo(2);
        assertThat(said()).contains("--no-such-option", reports ? "No space left on device" : "");
    }

    static List<String> leaves() {
        return Catalog.TREE.paths();
    }

    @Test
    void whatWentWrongFirstIsSaidAllTheSame() throws IOException {
        assertThat(run("version", "--nope", "-o", "json")).isEqualTo(2);
        assertThat(said()).contains("unknown option '--nope'", "No space left on device");
    }

    @Test
    void aReportGoesIntoADeviceAndThroughALinkAndReplacesNeither() throws IOException {
        Path file = Files.writeString(folder.resolve("report"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file.getFileName());

        WholeFile.write(link, out -> out.write('x'));
        run("version", "-q", "--report", FULL.toString());

        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("x");
        assertThat(Files.isRegularFile(FULL)).isFalse();
        assertThat(said()).contains("cannot write the report or the metrics: No space left on device");
        assertThat(List.of(folder.toFile().list())).hasSize(2);
    }
}
