package dev.lockstep.db.mariadb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import java.sql.SQLWarning;
import org.junit.jupiter.api.Test;

/** What MariaDB and MySQL warn of, by their numbers. */
class ServerWarningsTest {
    private static SQLWarning warning(int... numbers) {
        SQLWarning first = new SQLWarning("(conn=7) warned", "01000", numbers[0]);
        for (int i = 1; i < numbers.length; i++) {
            first.setNextWarning(new SQLWarning("(conn=7) warned", "01000", numbers[i]));
        }
        return first;
    }

    @Test
    void aValueThatIsNotThereAsItWasSentIsABadValueWhateverElseIsWarnedOf() {
        assertThat(MariaDbErrors.warned(warning(1265)).orElseThrow().reason()).isEqualTo(Reason.BAD_VALUE);
        assertThat(MariaDbErrors.warned(warning(1287, 4711, 1264)).orElseThrow().reason())
                .isEqualTo(Reason.BAD_VALUE);
    }

    @Test
    void whatIsOutOfDateIsNoFault() {
        assertThat(MariaDbErrors.warned(warning(1287, 1681, 1592))).isEmpty();
        assertThat(MariaDbErrors.warned(null)).isEmpty();
    }

    @Test
    void anyOtherWarningIsTheStatementsTrouble() {
        DbException trouble = MariaDbErrors.warned(warning(1287, 4711)).orElseThrow();
        assertThat(trouble.reason()).isEqualTo(Reason.OTHER);
        assertThat(trouble).hasMessageContaining("the server warns: warned (4711, 01000)");
    }
}
