package dev.lockstep.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many rows, and rows that are large, in as few statements as the engine takes. */
class BulkTest {
    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource
    void rowsArriveWholeHoweverManyAndHoweverLarge(Kind kind) throws Exception {
        try (Subject subject = new Subject(
                kind,
                dir,
                "create table b (id integer primary key, word text, picture blob)",
                "insert into b with recursive i (i) as (select 1 union all select i + 1 from i where i < 3000)"
                        + " select i, 'row ' || i, case when i % 3 then zeroblob(i % 40) end from i",
                "insert into b values (5000, printf('%.1500000c', ''''), zeroblob(1500000)), (5001, '', x'')")) {
            assertThat(subject.copied("b")).contains("3002 read, 3002 inserted");

            subject.mirror()
                    .sql(
                            "delete from b where id % 100 = 0",
                            "update b set word = word || '!' where id % 100 = 1", "insert into b (id) values (6000)");

            assertThat(subject.copied("b")).contains("1 inserted, 31 updated, 31 deleted, 2940 unchanged");
        }
    }
}
