package dev.lockstep.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.mirror.TestMirror.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A transaction is whole or absent, and one that stands in another's way is run again. */
class TransactionsTest {
    private static final String TABLE = "create table note (id bigint primary key, body varchar(40) not null)";
    private static final String INSERT = "insert into note values (?, ?)";
    private static final String COUNT = "select count(*) from note";

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource
    void isSeenWholeOrNotAtAll(Kind kind) throws Exception {
        try (Subject subject = new Subject(kind, dir);
                Db db = subject.open();
                Db other = subject.open()) {
            db.run(tx -> tx.execute(TABLE));
            RuntimeException mistake = new IllegalArgumentException("a mistake of the caller's");
            assertThatThrownBy(() -> db.run(tx -> {
                        tx.update(INSERT, 1L, "one");
                        throw mistake;
                    }))
                    .isSameAs(mistake);
            db.rehearse(tx -> tx.update(INSERT, 2L, "two"));
            assertThat(other.<Long>read(tx -> tx.only(COUNT).integer(0))).isZero();

            db.run(tx -> tx.updateAll(INSERT, List.of(new Object[] {3L, "three"}, new Object[] {4L, "four"})));

            assertThat(other.<Long>read(tx -> tx.only(COUNT).integer(0))).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void aReaderSeesOneSnapshotAndHoldsNobodyUp(Kind kind) throws Exception {
        try (Subject subject = new Subject(kind, dir);
                Db db = subject.open();
                Db other = subject.open()) {
            db.run(tx -> tx.execute(TABLE));

            List<Long> counts = db.read(tx -> {
                long before = tx.only(COUNT).integer(0);
                other.run(writer -> writer.update(INSERT, 1L, "one"));
                return List.of(before, tx.only(COUNT).integer(0));
            });

            assertThat(counts).containsExactly(0L, 0L);
            assertThat(db.<Long>read(tx -> tx.only(COUNT).integer(0))).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void oneOfTwoInADeadlockRunsAgain(Kind kind) throws Exception {
        try (Subject subject = new Subject(kind, dir);
                Db db = subject.open();
                Db other = subject.open()) {
            db.run(tx -> tx.execute(TABLE));
            db.run(tx -> tx.updateAll(INSERT, List.of(new Object[] {1L, "a"}, new Object[] {2L, "a"})));
            CountDownLatch both = new CountDownLatch(2);
            CompletableFuture<List<Integer>> rival = CompletableFuture.supplyAsync(() -> crosswise(other, both, 2, 1));
            List<Integer> tries = new ArrayList<>(crosswise(db, both, 1, 2));
            tries.addAll(rival.get(60, TimeUnit.SECONDS));

            assertThat(tries).hasSize(3);
            assertThat(db.<Long>read(tx ->
                            tx.only("select count(distinct body) from note").integer(0)))
                    .isOne();
        }
    }

    private static List<Integer> crosswise(Db db, CountDownLatch both, long first, long second) {
        List<Integer> tries = new ArrayList<>();
        db.run(tx -> {
            tries.add(tries.size());
            tx.update("update note set body = ? where id = ?", "by " + first, first);
            both.countDown();
            await(both);
            tx.update("update note set body = ? where id = ?", "by " + first, second);
        });
        return tries;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
