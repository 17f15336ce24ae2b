package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Databases;
import dev.lockstep.db.Db;
import dev.lockstep.db.Environment;
import dev.lockstep.db.Sqlite.Access;
import dev.lockstep.profile.Profile;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeferAndRestoreTest {
    @TempDir
    private Path dir;

    private Path file;

    @BeforeEach
    void makeDatabase() throws SQLException {
        file = CadtDatabase.create(dir.resolve("cadt.db"), 40);
    }

    private static Optional<Profile> profile(String name) {
        return name.equals("none") ? Optional.empty() : Optional.of(Profile.load(name));
    }

    private Db open() {
        return new Databases(new Environment(Map.of())).sqlite(file, Access.WRITE, Duration.ofSeconds(5));
    }

    private Deferral.Outcome defer(String profile, String... names) {
        try (Db db = open()) {
            return new Deferral(profile(profile), Owner.ofProcess(), Optional.of("catch-up")).run(db, List.of(names));
        }
    }

    private Restoration.Outcome restore(String profile, String... names) {
        try (Db db = open()) {
            return new Restoration(profile(profile), Restoration.Policy.CAREFUL, Owner.ofProcess())
                    .run(db, List.of(names));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cadt-v1", "none"})
    void theSchemaComesBackByteForByteAndTheIndexesEqualTheirBases(String profile) throws SQLException {
        String master = CadtDatabase.masterInOrder(file);
        assertThat(CadtDatabase.differences(file)).isZero();

        Deferral.Outcome deferred = defer(profile);

        assertThat(deferred.changed()).isTrue();
        assertThat(CadtDatabase.liveTriggers(file)).isEmpty();
        CadtDatabase.change(file);
        assertThat(CadtDatabase.differences(file)).isPositive();

        Restoration.Outcome restored = restore(profile);

        assertThat(restored.tables()).extracting(Restoration.Table::fts).containsExactly("projects_fts", "units_fts");
        assertThat(CadtDatabase.masterInOrder(file)).isEqualTo(master);
        assertThat(CadtDatabase.differences(file)).isZero();
        assertThat(TestSqlite.ask(file, "select count(*) from units_fts where units_fts match 'newcomer'"))
                .isEqualTo(TestSqlite.ask(file, "select count(*) from units where unitOwner = 'Newcomer'"));
        assertThat(TestSqlite.ask(file, "select count(*) from meta")).isEqualTo("2");
        assertThat(TestSqlite.ask(file, "pragma integrity_check")).isEqualTo("ok");
    }

    @Test
    void deferringTwiceKeepsTheFirstSnapshot() throws SQLException {
        defer("cadt-v1");
        String snapshot = CadtDatabase.meta(file, CadtDatabase.SNAPSHOT);

        Deferral.Outcome again = defer("cadt-v1");

        assertThat(again.changed()).isFalse();
        assertThat(again.tables()).allSatisfy(table -> assertThat(table.since()).isPresent());
        assertThat(CadtDatabase.meta(file, CadtDatabase.SNAPSHOT)).isEqualTo(snapshot);
    }

    @Test
    void restoringTwiceIsRestoringOnce() {
        defer("none");

        assertThat(restore("none").changed()).isTrue();
        assertThat(restore("none").changed()).isFalse();
    }
}
