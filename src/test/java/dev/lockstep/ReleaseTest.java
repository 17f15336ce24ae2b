package dev.lockstep;

import static dev.lockstep.DebianPackageTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that is published, as whoever gets it uses it. */
@Tag("release")
class ReleaseTest {
    private static final Path RELEASE = Path.of(System.getProperty("lockstep.release"));
    private static final int HEX = 64;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** What the launcher calls when it starts for the first time. */
    private static final List<String> TOOLS =
            List.of("sh", "mkdir", "rm", "mv", "cksum", "touch", "locale", "ls", "cat");

    @TempDir
    Path folder;

    private static List<Path> files(String glob) throws IOException {
        PathMatcher wanted = RELEASE.getFileSystem().getPathMatcher("glob:" + glob);
        try (Stream<Path> files = Files.list(RELEASE)) {
            return files.filter(file -> wanted.matches(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static String sumOf(Path file) {
        return run("sha256sum", file.toString()).substring(0, HEX);
    }

    private static Path only(String glob) throws IOException {
        assertThat(files(glob)).as(glob).hasSize(1);
        return files(glob).get(0);
    }

    private static Path image() throws IOException {
        return only("lockstep-*-{linux,macos}-*.tar.gz");
    }

    private static Path tarball() throws IOException {
        List<Path> tarballs = new ArrayList<>(files("lockstep-*.tar.gz"));
        tarballs.remove(image());
        assertThat(tarballs).hasSize(1);
        return tarballs.get(0);
    }

    @Test
    void eachFileIsThereWithItsSum() throws IOException {
        Map<String, String> sums = Files.readAllLines(RELEASE.resolve("SHA256SUMS")).stream()
                .collect(Collectors.toMap(line -> line.substring(HEX + 2), line -> line.substring(0, HEX)));
        assertThat(new TreeSet<>(sums.keySet()))
                .containsExactlyElementsOf(files("*").stream()
                        .map(file -> file.getFileName().toString())
                        .filter(name -> !name.equals("SHA256SUMS"))
                        .sorted()
                        .toList())
                .hasSizeGreaterThan(12);
        for (Map.Entry<String, String> sum : sums.entrySet()) {
            assertThat(RELEASE.resolve(sum.getKey())).hasDigest("SHA-256", sum.getValue());
        }
        for (String kind : List.of("*_amd64.deb", "*_arm64.deb", "*.cdx.json", "*-sources.jar", "*-javadoc.jar")) {
            only(kind);
        }
    }

    @Test
    void theImageRunsWithAJavaOfItsOwnWhereThereIsNone() throws IOException {
        run("tar", "-xzf", image().toString(), "-C", folder.toString());
        Path home = folder.resolve(image().getFileName().toString().replace(".tar.gz", ""));
        Path tools = Files.createDirectory(folder.resolve("tools"));
        for (String tool : TOOLS) {
            Files.createSymbolicLink(tools.resolve(tool), Path.of("/bin").resolve(tool));
        }

        try (ChildJvm doctor = ChildJvm.exec(
                folder,
                Map.of("PATH", tools.toString()),
                home.resolve("bin/lockstep").toString(),
                "doctor")) {
            assertThat(doctor.exitCode(PATIENCE)).as("%s", doctor).isZero();
            assertThat(doctor.stdout()).contains(" in " + home.resolve("jre"));
            assertThat(doctor.stderr()).isEmpty();
        }
    }

    @Test
    void theZipAndTheTarballHoldTheSame() throws IOException {
        Path zipped = Files.createDirectory(folder.resolve("zipped"));
        Path packed = Files.createDirectory(folder.resolve("packed"));
        run("unzip", "-q", only("*.zip").toString(), "-d", zipped.toString());
        run("tar", "-xzf", tarball().toString(), "-C", packed.toString());

        run("diff", "-r", zipped.toString(), packed.toString());
        String name = tarball().getFileName().toString().replace(".tar.gz", "");
        assertThat(zipped.resolve(name).resolve("bin/lockstep")).isExecutable();
    }

    /** By the parser of Ruby itself, and that of the JSON of others. */
    @Test
    void theManifestsParseAndNameWhatIsPublished() throws IOException {
        Path formula = RELEASE.resolve("lockstep.rb");
        assertThat(run("ruby", "-c", formula.toString())).contains("Syntax OK");
        String tarball = tarball().getFileName().toString();
        assertThat(formula).content().contains("/" + tarball + "\"", "sha256 \"" + sumOf(tarball()) + "\"");

        Path manifest = RELEASE.resolve("sdkman.json");
        String zip = only("*.zip").getFileName().toString();
        assertThat(run(
                        "ruby",
                        "-rjson",
                        "-e",
                        "puts JSON.parse(File.read(ARGV[0])).values.join(' ')",
                        manifest.toString()))
                .contains("lockstep ", "/" + zip, sumOf(only("*.zip")));
        for (String filled : List.of("lockstep.rb", "sdkman.json", "Containerfile")) {
            assertThat(RELEASE.resolve(filled)).content().doesNotContainPattern("@[A-Z0-9_]+@");
        }
    }

    @Test
    void lintianFindsNoError() throws IOException {
        for (Path debian : files("*.deb")) {
            run("lintian", "--allow-root", "--fail-on", "error", debian.toString());
        }
    }

    /** It wants the programs of the administrator on the path. */
    private static void dpkg(String... arguments) {
        List<String> command = new ArrayList<>(List.of("env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "dpkg"));
        command.addAll(List.of(arguments));
        run(command.toArray(String[]::new));
    }

    /** Only root can install; another user sees what dpkg would do. */
    @Test
    void dpkgLeavesNothingWhenItIsPurged() throws IOException {
        Path debian = DebianPackageTest.packageIn(
                RELEASE, "_" + run("dpkg", "--print-architecture").strip() + ".deb");
        if (!System.getProperty("user.name").equals("root")) {
            dpkg("--dry-run", "--force-not-root", "--force-depends", "-i", debian.toString());
            Machine.leaveOut("the installed package", "root");
            return;
        }
        assertThat(Path.of("/usr/lib/lockstep"))
                .as("an installation that is not ours")
                .doesNotExist();
        dpkg("--force-depends", "-i", debian.toString());
        try {
            Map<String, String> environment = new HashMap<>(Installation.ENVIRONMENT);
            environment.put("HOME", folder.toString());
            try (ChildJvm version = ChildJvm.exec(folder, environment, "/usr/bin/lockstep", "doctor")) {
                assertThat(version.exitCode(PATIENCE)).as("%s", version).isZero();
                assertThat(version.stdout()).contains("/usr/lib/lockstep, with a class archive");
            }
        } finally {
            dpkg("-P", "lockstep");
        }
        for (String left :
                List.of("/usr/lib/lockstep", "/usr/bin/lockstep", "/usr/share/lockstep", "/usr/share/doc/lockstep")) {
            assertThat(Path.of(left)).doesNotExist();
        }
    }
}
