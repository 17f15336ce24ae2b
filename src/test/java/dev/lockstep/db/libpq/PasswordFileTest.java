package dev.lockstep.db.libpq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordFileTest {
    @TempDir
    Path dir;

    private final List<String> warnings = new ArrayList<>();

    private Path file(String content, String mode) throws IOException {
        Path file = dir.resolve("pass");
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    private static Optional<String> find(String content, String host, String database, String user) {
        return PasswordFile.find(content.lines().toList(), host, "5432", database, user)
                .map(Secret::reveal);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", quoteCharacter = '"', textBlock = """
            db9:5432:app:bob:pw -> pw
            *:*:*:*:pw -> pw
            db9:5432:app:bob:a\\:b\\\\c -> a:b\\c
            db9:5432:app:bob:a:b -> a
            \\d\\b9:5432:app:bob:pw -> pw
            db8:5432:app:bob:no\\ndb9:5432:app:bob:pw -> pw
            db9:5432:app:bob:first\\ndb9:5432:app:bob:second -> first
            #db9:5432:app:bob:no\\n*:5432:*:bob:pw -> pw
            db9:5432:app:pw\\n*:*:*:*:pw2 -> pw2
            db9:5432:app:bob:é€ -> é€
            """)
    void theFirstLineThatFitsGivesThePassword(String lines, String password) {
        assertThat(find(lines.replace("\\n", "\n"), "db9", "app", "bob")).contains(password);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n\n",
                "db9:5432:app:alice:pw",
                "db9:5433:app:bob:pw",
                "db:5432:app:bob:pw",
                "db99:5432:app:bob:pw",
                "db9:5432:app:bob",
                "db9",
                "**:5432:app:bob:pw",
                "#db9:5432:app:bob:pw"
            })
    void aLineThatDoesNotFitGivesNone(String lines) {
        assertThat(find(lines, "db9", "app", "bob")).isEmpty();
    }

    @Property
    void aPasswordIsFoundUnderTheNamesItWasWrittenFor(
            @ForAll @Chars({'a', ':', '\\', '*', '#', 'é'}) @StringLength(min = 1, max = 6) String name,
            @ForAll @Chars({'a', ':', '\\', '*', ' ', 'é'}) @StringLength(max = 6) String password) {
        String line = "*:5432:" + escaped(name) + ":" + escaped(name) + ":" + escaped(password);

        assertThat(find(line, "db9", name, name)).contains(password);
        assertThat(find(line, "db9", name + "x", name)).isEmpty();
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace(":", "\\:").replace("*", "\\*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-r-----", "rw----r--", "rw--w----", "rw-----w-", "rw------x"})
    void aFileThatOthersMayUseDoesNotCountAndPsqlsWarningSaysSo(String mode) throws IOException {
        Path file = file("*:*:*:*:pw", mode);

        assertThat(PasswordFile.lines(file, warnings)).isEmpty();
        assertThat(warnings)
                .containsExactly("password file \"" + file
                        + "\" has group or world access; permissions should be u=rw (0600) or less");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "r--------", "rwx------"})
    void aFileOfOnesOwnCounts(String mode) throws IOException {
        assertThat(PasswordFile.lines(file("*:*:*:*:pw\r\n", mode), warnings)).containsExactly("*:*:*:*:pw");
        assertThat(warnings).isEmpty();
    }

    @Test
    void noFileIsNoPasswordAndAFolderIsWorthAWarning() {
        assertThat(PasswordFile.lines(dir.resolve("none"), warnings)).isEmpty();
        assertThat(warnings).isEmpty();

        assertThat(PasswordFile.lines(dir, warnings)).isEmpty();
        assertThat(warnings).containsExactly("password file \"" + dir + "\" is not a plain file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b:c\\", "a b:c\\\n", "a b:c\\\r\nsecond line\n"})
    void thePasswordFileThatWasAskedForHoldsThePasswordAsItIs(String content) throws IOException {
        assertThat(PasswordFile.only(file(content, "rw-------")).reveal()).isEqualTo("a b:c\\");
    }

    @Test
    void thePasswordFileThatWasAskedForIsRefusedIfOthersMayReadIt() throws IOException {
        Path file = file("pw", "rw-r--r--");

        assertThatThrownBy(() -> PasswordFile.only(file)).isInstanceOfSatisfying(LockstepException.class, e -> {
            assertThat(e.kind()).isEqualTo(LockstepException.Kind.REFUSED);
            assertThat(e.hint()).isEqualTo("chmod 600 " + file);
        });
    }

    @Test
    void thePasswordFileThatWasAskedForMustBeThereAndHoldSomething() throws IOException {
        Path empty = file("\n", "rw-------");
        for (Path path : List.of(dir.resolve("none"), dir, empty)) {
            assertThatThrownBy(() -> PasswordFile.only(path))
                    .isInstanceOfSatisfying(
                            LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE))
                    .hasMessageContaining(path.toString());
        }
    }

    @Test
    void aSecretDoesNotPrint() {
        assertThat(Secret.of("pw")).hasToString("***").isEqualTo(Secret.of("pw"));
    }
}
