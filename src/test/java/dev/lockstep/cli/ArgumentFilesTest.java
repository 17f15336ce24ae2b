package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.LockstepRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArgumentFilesTest {
    @TempDir
    Path folder;

    private String file(String name, String text) throws IOException {
        return "@" + Files.writeString(folder.resolve(name), text);
    }

    @Test
    void aFileMayHoldTheCommandItself() throws IOException {
        String command = file("command", "# what is run\nversion\n -o 'json'\n");

        LockstepRun run = LockstepRun.of(Map.of(), command);

        assertThat(run.exit()).isZero();
        assertThat(run.stdout()).contains("\"command\":\"version\"");
    }

    @Test
    void wordsBehindTheEndOfOptionsStayAsTheyAre() throws IOException {
        String words = file("words", "a \"b c\" d\\ e");

        assertThat(ArgumentFiles.expand(List.of(words, "--", words, "@missing", "@@x")))
                .containsExactly("a", "b c", "d e", "--", words, "@missing", "@@x");
        assertThat(ArgumentFiles.expand(List.of(file("end", "a -- " + words), words)))
                .containsExactly("a", "--", words, words);
    }

    @Test
    void filesNameFilesAndDoubledSignsStandForOne() throws IOException {
        String inner = file("inner", "x y");

        assertThat(ArgumentFiles.expand(List.of(file("outer", inner + " z @@w"), "@", "a@b", "@@types/v")))
                .containsExactly("x", "y", "z", "@w", "@", "a@b", "@types/v");
    }

    @Test
    void whatCannotBeReadIsNamed() throws IOException {
        assertRefused("cannot read the argument file /no/such: no such file or directory", "-v", "@/no/such");
        assertThat(ArgumentFiles.expand(List.of("realm", "listen", "@base/card", "--module", "@scope/name")))
                .containsExactly("realm", "listen", "@base/card", "--module", "@scope/name");
        assertRefused("cannot read the argument file " + folder, "@" + folder);
        assertRefused("a quote is not closed in ", file("open", "a 'b"));
        Path circle = folder.resolve("circle");
        assertRefused("name each other without an end", file("circle", "@" + circle));
        Path latin = Files.write(folder.resolve("latin"), "é".getBytes(StandardCharsets.ISO_8859_1));
        assertRefused("not UTF-8: the argument file " + latin, "@" + latin);
    }

    @Test
    void aWordThatWasNotTypedInUtf8IsRefused() {
        assertRefused("an argument is not readable", "realm", "lock", "http://h/r/", "--", "echo", "\uFFFD");
    }

    private static void assertRefused(String message, String... args) {
        assertThatThrownBy(() -> ArgumentFiles.expand(List.of(args)))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE))
                .hasMessageContaining(message);
    }
}
