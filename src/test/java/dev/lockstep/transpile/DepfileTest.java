package dev.lockstep.transpile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.support.LockstepException;
import org.junit.jupiter.api.Test;

/** The forms in which compilers say what they have read. */
class DepfileTest {
    @Test
    void aRuleOfMakeNamesItsPrerequisites() {
        assertThat(Depfile.parse("main.o: main.c lib/a.h \\\n  lib/b.h\n").files())
                .containsExactly("main.c", "lib/a.h", "lib/b.h");
    }

    @Test
    void blanksAreQuotedAndDollarsDoubled() {
        assertThat(Depfile.parse("a\\ b.o: my\\ file.c c$$d.h e\\#f.h\n").files())
                .containsExactly("my file.c", "c$d.h", "e#f.h");
    }

    @Test
    void phonyRulesAndCarriageReturnsAddNothing() {
        assertThat(Depfile.parse("x.o: x.c \\\r\n y.h\r\n\r\ny.h:\r\n").files()).containsExactly("x.c", "y.h");
    }

    @Test
    void aDriveLetterIsNoTarget() {
        assertThat(Depfile.parse("x.o: C:/x.c C:\\y.h").files()).containsExactly("C:/x.c", "C:\\y.h");
    }

    @Test
    void linesAreNamesAsTheyStand() {
        assertThat(Depfile.parse("a.ts\n\nlib/b c.ts\na.ts\n").files()).containsExactly("a.ts", "lib/b c.ts");
    }

    @Test
    void aJsonArrayNamesModules() {
        assertThat(Depfile.parse(" [\"lib/util\", \"b\"]").modules()).containsExactly("lib/util", "b");
        assertThatThrownBy(() -> Depfile.parse("[1]")).isInstanceOf(LockstepException.class);
    }
}
