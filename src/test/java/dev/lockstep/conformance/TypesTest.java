package dev.lockstep.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A value is there as it was in the source, at the ends of each type and at none of its middle. */
class TypesTest {
    private static final String TABLE =
            "create table v (id integer primary key, i integer, r real, n numeric, t text, s varchar(20), b blob,"
                    + " f boolean, at datetime, d date, j json)";

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource
    void everyTypeHoldsItsLeastAndItsMost(Kind kind) throws Exception {
        try (Subject subject = new Subject(
                kind,
                dir,
                TABLE,
                "insert into v values (1, 9223372036854775807, 1.7976931348623157e308, 12345.678901, 'é 漢 🦊 '' \" \\ %',"
                        + " 'x  ', x'00ff0a5c27', 1, '9999-12-31 23:59:59.999999', '9999-12-31', '{\"b\": 1, \"a\": [null]}')",
                "insert into v values (2, -9223372036854775808, 2.2250738585072014e-308, -0.000001, char(10, 13, 9, 92),"
                        + " '', x'', 0, '1000-01-01 00:00:00', '1000-01-01', 'true')",
                "insert into v values (3, 0, -0.0, 0, '', ' ', zeroblob(256), null, '2024-02-29 12:00:00', '2024-02-29', '[]')",
                "insert into v (id) values (-1)")) {
            assertThat(subject.copied("v")).contains("v: 4 read, 4 inserted");
            assertThat(subject.copied("v")).contains("0 inserted, 0 updated, 0 deleted, 4 unchanged");
        }
    }
}
