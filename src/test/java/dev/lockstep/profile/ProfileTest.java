package dev.lockstep.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProfileTest {
    @TempDir
    Path dir;

    static List<String> builtIn() {
        return Profile.builtIn();
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void everyBuiltInProfileReadsAndBearsItsName(String name) {
        assertThat(Profile.load(name).name()).isEqualTo(name);
    }

    @Test
    void cadtSaysWhereItsStateIsAndWhatKeepsItsIndexes() {
        Profile.Fts fts = Profile.load("cadt-v2").fts().orElseThrow();

        assertThat(fts.state())
                .contains(new Profile.State(
                        "meta",
                        "meta_key",
                        "meta_value",
                        List.of("created_at", "updated_at"),
                        "fts5TriggersDeferredV2",
                        "fts5DeferredTriggerSnapshotV2",
                        "lockstepFtsDeferralV2"));
        assertThat(fts.tables()).extracting(Profile.Table::base).containsExactly("project", "unit");
        assertThat(fts.tables().get(1).triggers())
                .extracting(Profile.Trigger::name)
                .containsExactly("unit_v2_insert_fts", "unit_v2_update_fts", "unit_v2_delete_fts");
    }

    @Test
    void aFileIsReadLikeABuiltInOne() throws IOException {
        Path file = dir.resolve("mine.json");
        Files.writeString(file, "{\"name\": \"mine\", \"description\": \"é\"}");

        assertThat(Profile.load(file.toString()))
                .isEqualTo(new Profile(
                        "mine", "é", Profile.Connections.NONE, Optional.empty(), Optional.empty(), MirrorProfile.ALL));
    }

    @Test
    void aMirrorMayHaveOneWriter() throws IOException {
        Path file = dir.resolve("mine.json");
        Files.writeString(
                file,
                "{\"name\": \"mine\", \"description\": \"\", \"mirror\": {\"tables\": [\"t\"], \"soleWriter\": true}}");

        MirrorProfile mirror = Profile.load(file.toString()).mirror();
        assertThat(mirror.tables()).containsExactly("t");
        assertThat(mirror.isSoleWriter()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"name": "x"}                                          | 1:1: 'description' is missing             |
            {"name": 1, "description": ""}                         | 1:2: 'name' must be text                  |
            {"nme": "x"}                                           | 1:2: unknown key 'nme'                    | did you mean 'name'?
            []                                                     | 1:1: an object was expected               |
            {"name": "x", "description": "", "descriptio": ""}     | 1:34: unknown key 'descriptio'            | did you mean 'description'?
            {"name": "x", "description": "", "zz": ""}             | 1:34: unknown key 'zz'                    | known here: $schema, name, description, connections, audit, fts, mirror
            {"name": "x", "description": "", "fts": {"state": 1}} | 1:42: an object was expected |
            {"name": "x", "description": "", "fts": {"state": {"table": "m", "key": "k", "value": "v", "flag": "f", "snapshot": "s", "own": "o"}, "tables": [{"fts": "f", "base": "b"}, {"fts": "f", "base": "b", "bases": "c"}]}} | 1:199: unknown key 'bases' | did you mean 'base'?
            {"name": "x", "description": "", "fts": {"state": {"table": "m", "key": "k", "value": "v", "stamps": ["a", 1], "flag": "f", "snapshot": "s", "own": "o"}}} | 1:108: text was expected |
            {"name": "x",                                          | 1:                                        |
            """)
    void whatIsWrongIsSaidWithItsPlace(String text, String place, String hint) throws IOException {
        Path file = dir.resolve("bad.json");
        Files.writeString(file, text);

        assertThatThrownBy(() -> Profile.load(file.toString()))
                .isInstanceOfSatisfying(LockstepException.class, e -> {
                    assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE);
                    assertThat(e.hint()).isEqualTo(hint);
                })
                .hasMessageStartingWith(file + ":" + place);
    }

    @Test
    void theLineOfAMistakeIsFound() throws IOException {
        Path file = dir.resolve("lines.json");
        Files.writeString(file, "{\n  \"name\": \"x\",\n  \"description\": \"\",\n  \"fst\": {}\n}\n");

        assertThatThrownBy(() -> Profile.load(file.toString()))
                .hasMessageStartingWith(file + ":4:3: unknown key 'fst'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cadt-v3   | did you mean 'cadt-v1'?
            ./cadt-v1 | did you mean 'cadt-v1'?
            nope.json | built in are boxel, cadt-v1, cadt-v2; anything else is a JSON file
            """)
    void aProfileThatIsNotThereIsAUsageErrorWithTheNearest(String name, String hint) {
        assertThatThrownBy(() -> Profile.load(name))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.hint()).isEqualTo(hint))
                .hasMessage("no such profile: " + name);
    }

    @Test
    void aDirectoryIsNotAProfile() {
        assertThatThrownBy(() -> Profile.load(dir.toString())).hasMessageContaining("not a directory");
    }
}
