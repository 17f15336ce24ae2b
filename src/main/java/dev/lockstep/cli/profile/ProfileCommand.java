package dev.lockstep.cli.profile;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Options;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep profile list|show|schema}. */
public final class ProfileCommand implements Command {
    /** What is asked about profiles. */
    public enum Verb {
        LIST,
        SHOW,
        SCHEMA
    }

    private final Verb verb;

    public ProfileCommand(Verb verb) {
        this.verb = verb;
    }

    @Override
    public void declare(CommandSpec spec) {
        switch (verb) {
            case LIST -> spec.usageMessage().description("Show the profiles that are built in.");
            case SHOW -> {
                spec.usageMessage()
                        .description(
                                "Check a profile and print it: a built-in one as a pattern for your own, or a file. What"
                                        + " is wrong with a file is said with its line and column.");
                Options.parameters(spec, "NAME|FILE", "1", "A built-in profile, or a JSON file.");
            }
            case SCHEMA ->
                spec.usageMessage()
                        .description(
                                "Print the JSON Schema of profiles, by which an editor completes and checks them.");
        }
    }

    @Override
    public Result run(Invocation call) {
        return switch (verb) {
            case LIST -> list();
            case SHOW -> show(call.parameters().get(0));
            case SCHEMA -> document("schema", Profile.schema());
        };
    }

    private static Result list() {
        List<Object> profiles = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (String name : Profile.builtIn()) {
            Profile profile = Profile.load(name);
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("name", name);
            tree.put("description", profile.description());
            profiles.add(tree);
            lines.add(name + "  " + profile.description());
        }
        return Result.unchanged(Map.of("profiles", profiles), lines);
    }

    private static Result show(String name) {
        Profile.load(name);
        return document("profile", Profile.text(name));
    }

    private static Result document(String key, String text) {
        return Result.unchanged(Map.of(key, Json.parse(text)), List.of(text.stripTrailing()));
    }
}
