package dev.lockstep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.testing.Fault.Mode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTest {
    @TempDir
    private Path dir;

    private Sweep<Path> accounts() {
        return Sweep.startingFrom(
                        run -> TestSqlite.create(dir.resolve("accounts-" + run + ".db"), DyingWriter.ACCOUNTS))
                .checking(file -> assertThat(TestSqlite.ask(file, "select sum(balance) from account"))
                        .isEqualTo("1"));
    }

    @Test
    void aTransactionSurvivesEveryFaultAtEveryCall() throws Exception {
        List<String> recovered = new ArrayList<>();

        int broken = accounts()
                .running(DyingWriter::transfer)
                .recovering(file -> recovered.add(file.getFileName().toString()))
                .run(Mode.THROW_BEFORE, Mode.THROW_AFTER, Mode.CLOSE);

        assertThat(broken).isEqualTo(6 * 3);
        assertThat(recovered).hasSize(broken);
    }

    @Test
    void twoTransactionsWhereOneIsNeededAreFoundOut() {
        Sweep<Path> careless = accounts().running((file, fault) -> {
            try (Connection connection =
                            fault.around(() -> TestSqlite.connect(file)).connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("update account set balance = balance - 1 where name = 'left'");
                statement.execute("update account set balance = balance + 1 where name = 'right'");
            }
        });

        assertThatThrownBy(() -> careless.run(Mode.THROW_BEFORE))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("THROW_BEFORE at call 3: update account set balance = balance + 1");
    }

    @Test
    void workThatBreaksInAnUnexpectedWayIsFoundOut() {
        Sweep<Path> buggy = accounts().running((file, fault) -> {
            try {
                DyingWriter.transfer(file, fault);
            } catch (RuntimeException e) {
                throw new NullPointerException();
            }
        });

        assertThatThrownBy(() -> buggy.run(Mode.CLOSE))
                .isInstanceOf(AssertionError.class)
                .hasCauseInstanceOf(NullPointerException.class);
    }

    @Test
    void workThatNeverCallsADatabaseTestsNothing() {
        assertThatThrownBy(() -> accounts().running((file, fault) -> {}).run(Mode.CLOSE))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("tested nothing");
    }

    @Test
    void workThatFailsWithoutAFaultFailsTheSweep() {
        assertThatThrownBy(() -> accounts()
                        .running((file, fault) -> {
                            throw new SQLException("always");
                        })
                        .run(Mode.CLOSE))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("not reached");
    }

    @Test
    void aProcessThatDiesAtEveryCallLeavesAllOrNothing() throws Exception {
        int broken = accounts()
                .running((file, fault) -> {
                    try (ChildJvm child = ChildJvm.start(
                            DyingWriter.class,
                            Map.of(),
                            file.toString(),
                            Integer.toString(fault.call()),
                            fault.mode().name())) {
                        if (child.exitCode() == Fault.KILLED) {
                            fault.hitElsewhere();
                        }
                    }
                })
                .run(Mode.HALT);

        assertThat(broken).isEqualTo(6);
    }
}
