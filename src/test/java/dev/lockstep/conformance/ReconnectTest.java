package dev.lockstep.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.mirror.run.MirrorConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A session that the server ends is noticed, and what it was doing is done again, once. */
class ReconnectTest {
    private static final String INSERT = "insert into note values (?, 'abc')";

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void workThatLostItsConnectionIsDoneOnceMoreByASessionThatIsAsStrict(Kind kind) throws Exception {
        List<String> messages = new ArrayList<>();
        List<Long> sessions = new ArrayList<>();
        try (Subject subject = new Subject(kind, dir);
                Db other = subject.open();
                MirrorConnection connection = new MirrorConnection(subject::open, Subject.PATIENCE, messages::add)) {
            other.run(tx -> tx.execute("create table note (id bigint primary key, body varchar(3))"));

            connection.transact(tx -> {
                sessions.add(subject.session(tx));
                tx.update(INSERT, 1L);
                if (sessions.size() == 1) {
                    other.run(killer -> Subject.lock(other, "any").end(killer, sessions.get(0)));
                }
                return tx.update(INSERT, 2L);
            });

            assertThat(sessions).hasSize(2).doesNotHaveDuplicates();
            assertThat(messages).hasSize(2).last().isEqualTo("connected to the mirror again");
            assertThat(connection.<Long>read(
                            tx -> tx.only("select count(*) from note").integer(0)))
                    .isEqualTo(2);
            DbException e = catchThrowableOfType(
                    DbException.class,
                    () -> connection.transact(tx -> tx.update("insert into note values (3, 'four')")));
            assertThat(e.reason()).isEqualTo(Reason.BAD_VALUE);
        }
    }
}
