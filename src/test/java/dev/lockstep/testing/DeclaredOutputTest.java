package dev.lockstep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.lockstep.cli.Catalog;
import dev.lockstep.support.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not as declared is seen, whatever is wrong with it. */
class DeclaredOutputTest {
    private static final String VERSION =
            LockstepRun.of(Map.of(), "version", "--json").stdout();
    private static final String ROW =
            "{\"type\":\"row\",\"op\":\"extra\",\"table\":\"note\",\"key\":\"1\",\"columns\":[]}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"java\":|\"more\":1,\"java\":",
                "\"arch\":\"|\"bow\":\"",
                "\"os\":\"|\"os\":true,\"so\":\"",
                "\"exitCode\":0|\"exitCode\":\"0\"",
                "\"exitCode\":0,|",
                "\"error\":null|\"error\":{\"code\":\"x\"}",
                "\"warnings\":[]|\"warnings\":[{\"code\":\"x\"}]",
                "\"command\":\"version\"|\"command\":\"help\"",
                "lockstep/version/1|lockstep/help/1",
                "lockstep/version/1|lockstep/verzion/1"
            })
    void anEnvelopeThatIsNotAsDeclaredIsSeen(String change) {
        String[] words = change.split("\\|", -1);
        String changed = VERSION.replace(words[0], words[1]);

        assertThat(changed).isNotEqualTo(VERSION);
        assertThatThrownBy(() -> DeclaredOutput.check(changed)).isInstanceOf(AssertionError.class);
    }

    @Test
    void aRecordThatIsNotAsDeclaredIsSeen() {
        assertThatCode(() -> DeclaredOutput.check(ROW + "\n" + ROW)).doesNotThrowAnyException();
        assertThatThrownBy(() -> DeclaredOutput.check(ROW + "\n" + ROW.replace("extra", "less")))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> DeclaredOutput.check(ROW.replace("row", "column")))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> DeclaredOutput.check(ROW.replace("\"op\"", "\"ops\"")))
                .isInstanceOf(AssertionError.class);
    }

    /** Each by itself is a JSON Schema, of the command's own output and no other's. */
    @Test
    void everyCommandPrintsItsSchema() throws Exception {
        ObjectMapper json = new ObjectMapper();
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
        JsonSchema meta =
                factory.getSchema(com.networknt.schema.SchemaLocation.of(SpecVersion.VersionFlag.V202012.getId()));
        for (String path : Catalog.TREE.paths()) {
            String[] words = ("help json --schema " + path).split(" ", -1);
            String printed = LockstepRun.of(Map.of(), words).stdout();
            JsonSchema schema = factory.getSchema(json.readTree(printed));

            assertThat(meta.validate(json.readTree(printed))).as(path).isEmpty();
            assertThat(schema.validate(json.readTree(VERSION)).isEmpty())
                    .as(path)
                    .isEqualTo(path.equals("version"));
        }
        Object all = LockstepRun.of(Map.of(), "help", "json", "--schema", "--json")
                .data()
                .get("schema");
        assertThat(meta.validate(json.readTree(Json.write(all)))).isEmpty();
    }

    @Test
    void everyCommandAnswersProgramsAsTheHelpSays() {
        String all = LockstepRun.of(Map.of(), "help", "json").stdout();

        assertThat(Catalog.TREE.paths()).allSatisfy(path -> assertThat(all).contains("\n" + path + "\n"));
        assertThat(LockstepRun.of(Map.of(), "help", "json", "mirror", "plan").stdout())
                .startsWith("mirror plan\n")
                .contains("  tables[].columns[].name text: ");
        assertThat(LockstepRun.of(Map.of("COLUMNS", "40"), "help", "json", "mirror")
                        .stdout()
                        .lines())
                .allMatch(line -> line.length() <= 40);
        assertThat(LockstepRun.of(Map.of(), "help", "json", "mirror", "plane")
                        .endedWith(2)
                        .stderr())
                .contains("did you mean");
        assertThat(LockstepRun.of(Map.of(), "help", "--schema", "version")
                        .endedWith(2)
                        .stderr())
                .contains("lockstep help json --schema");
        assertThat(LockstepRun.of(Map.of(), "help", "json", "--schema", "mirror")
                        .endedWith(2)
                        .stderr())
                .contains("which command of mirror?");
    }
}
