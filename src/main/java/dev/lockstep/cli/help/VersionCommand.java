package dev.lockstep.cli.help;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep version}. */
public final class VersionCommand implements Command {
    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Show the version of lockstep and of the Java that runs it.");
    }

    @Override
    public Result run(Invocation call) {
        String version = version();
        String java = System.getProperty("java.version");
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("version", version);
        data.put("java", java);
        data.put("os", System.getProperty("os.name"));
        data.put("arch", System.getProperty("os.arch"));
        return Result.unchanged(data, List.of("lockstep " + version + " (Java " + java + ")"));
    }

    /** The version that the build wrote beside this class. */
    static String version() {
        try (InputStream in = VersionCommand.class.getResourceAsStream("version.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
