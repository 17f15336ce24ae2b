package dev.lockstep.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.lockstep.cli.help.OutputSchema;
import dev.lockstep.support.Json;
import java.util.Set;

/** What a command printed for programs is what is declared of it, and has no field that is not. */
public final class DeclaredOutput {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchema SCHEMA = schema();

    private DeclaredOutput() {}

    /**
     * Looks at every envelope and record in the text; at records only if nobody else printed into it.
     *
     * @throws AssertionError one is not as declared
     */
    public static void check(String stdout) {
        boolean isStream = stdout.startsWith("{\"type\":");
        for (String line : stdout.split("\n", -1)) {
            boolean isEnvelope = line.startsWith("{") && line.contains("\"schema\":\"lockstep/");
            if (isEnvelope || (isStream && line.startsWith("{\"type\":"))) {
                validate(line);
            }
        }
    }

    private static void validate(String line) {
        JsonNode node;
        try {
            node = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            // Whoever was killed while it wrote has written half of it.
            return;
        }
        Set<ValidationMessage> faults = SCHEMA.validate(node);
        if (!faults.isEmpty()) {
            throw new AssertionError(
                    "not as src/main/resources/dev/lockstep/cli/help/outputs.txt declares it: " + faults + "\n" + line);
        }
    }

    private static JsonSchema schema() {
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
        try {
            return factory.getSchema(JSON.readTree(Json.write(OutputSchema.ofAll())));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
