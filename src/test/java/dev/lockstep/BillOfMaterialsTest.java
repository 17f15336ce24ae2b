package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The list, in CycloneDX's format, of what is shipped beside our own code. */
@Tag("distribution")
class BillOfMaterialsTest {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("lockstep.distribution"));

    /** One is compiled anew from its sources, the others have fewer libraries. */
    private static final Set<String> CHANGED = Set.of("picocli", "sqlite-jdbc", "zstd-jni");

    @Test
    void itNamesEachJarOfOthersByTheHashOfWhatWasPublished() throws IOException, NoSuchAlgorithmException {
        String bill = Files.readString(DISTRIBUTION.resolve("share/lockstep.cdx.json"));
        assertThat(bill).contains("\"bomFormat\" : \"CycloneDX\"");
        List<Path> jars;
        try (Stream<Path> lib = Files.list(DISTRIBUTION.resolve("lib"))) {
            jars = lib.filter(file -> file.toString().endsWith(".jar"))
                    .filter(file -> !file.endsWith("lockstep.jar"))
                    .toList();
        }
        assertThat(jars).hasSizeGreaterThan(5);
        for (Path jar : jars) {
            String name = jar.getFileName().toString();
            String artifact = name.replaceFirst("-[0-9].*", "");
            assertThat(bill).contains(CHANGED.contains(artifact) ? "/" + artifact + "@" : sha256(jar));
        }
        assertThat(bill).doesNotContain("junit", "assertj");
    }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
