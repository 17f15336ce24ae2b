package dev.lockstep.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Two keys are one only if they are the same, whatever the database's collation makes of case, accents and blanks. */
class KeysTest {
    private static final String TEXTS =
            "insert into k (k) values ('a'), ('A'), ('á'), ('a' || char(769)), ('a '), ('ä'),"
                    + " ('ss'), ('ß'), (''), (' '), ('0'), ('00'), ('🦊'), ('漢')";

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource
    void textsThatDifferAreDifferentKeys(Kind kind) throws Exception {
        try (Subject subject = new Subject(kind, dir, "create table k (k varchar(20) primary key, n integer)", TEXTS)) {
            assertThat(subject.copied("k")).contains("k: 14 read, 14 inserted");

            subject.mirror()
                    .sql(
                            "update k set n = 1 where k = 'a '",
                            "delete from k where k = 'A'",
                            "insert into k values ('SS', 2)");

            assertThat(subject.copied("k")).contains("1 inserted, 1 updated, 1 deleted, 12 unchanged");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void thePlanSaysWhereACollationMayTakeTwoForOneAndNoneIsLostThere(Kind kind) throws Exception {
        String loose =
                switch (kind) {
                    case POSTGRESQL -> "varchar(20) collate folding";
                    case MARIADB -> "varchar(20) character set utf8mb4 collate utf8mb4_general_ci";
                    case MYSQL, SQLITE -> "varchar(20) character set utf8mb4 collate utf8mb4_0900_ai_ci";
                };
        try (Subject subject = new Subject(
                kind,
                dir,
                "create table k (k text primary key, n integer)",
                "insert into k values ('a', 1), ('b', 2)")) {
            if (kind == Kind.POSTGRESQL) {
                subject.mirror()
                        .execute("create collation folding (provider = icu, locale = 'und-u-ks-level2',"
                                + " deterministic = false)");
            }
            subject.mirror().execute("create table k (k " + loose + " primary key, n bigint)");
            assertThat(subject.mirror().run("mirror", "plan").stdout()).contains("column k: its collation takes some");
            assertThat(subject.copied("k")).contains("2 inserted");

            subject.mirror().sql("insert into k values ('A', 3)");

            LockstepRun merging = subject.mirror().run("mirror", "backfill");
            assertThat(merging.exit()).as(merging.toString()).isEqualTo(6);
            assertThat(merging.stderr()).contains("different keys of the source are one key to the mirror");
            assertThat(subject.mirror().ask("select n from k where k = 'a'")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKeyOfSeveralColumnsIsOneKey(Kind kind) throws Exception {
        try (Subject subject = new Subject(
                kind,
                dir,
                "create table k (a text, b integer, c blob, n integer, primary key (a, b, c)) without rowid",
                "insert into k values ('x', 1, x'', 1), ('X', 1, x'', 2), ('x', -1, x'', 3), ('x', 1, x'00', 4)")) {
            assertThat(subject.copied("k")).contains("4 inserted");

            subject.mirror().sql("update k set n = 9 where c = x'00'", "delete from k where a = 'X'");

            assertThat(subject.copied("k")).contains("0 inserted, 1 updated, 1 deleted, 2 unchanged");
        }
    }
}
