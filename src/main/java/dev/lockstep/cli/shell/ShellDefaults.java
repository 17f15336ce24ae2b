package dev.lockstep.cli.shell;

import dev.lockstep.cli.kit.Confirmation;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.open.Targets;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The databases and the application that a shell's commands mean where they name none: variables of its environment. */
final class ShellDefaults {
    private static final List<String> NAMES = List.of("pg", "db", "to", "profile");

    private final Databases databases;

    ShellDefaults(Databases databases) {
        this.databases = databases;
    }

    /** What {@code \c} has set, or the environment says. */
    Optional<String> get(String name) {
        return databases.environment().get(variable(name));
    }

    /** Sets a default, or unsets it. */
    void connect(Optional<String> name, Optional<String> value) {
        if (name.isEmpty() || !NAMES.contains(name.get())) {
            throw LockstepException.usage("\\c takes pg, db, to or profile, and a value", null);
        }
        value.ifPresent(given -> check(name.get(), given));
        remember(name.get(), value.orElse(""));
    }

    /** What is wrong with a default is said when it is set; whether anybody answers there, when it is used. */
    private void check(String name, String value) {
        Environment environment = databases.environment();
        switch (name) {
            case "pg" -> PgTarget.resolve(value, Options.sources(environment));
            case "db" -> {
                if (!Files.isRegularFile(Invocation.file(value))) {
                    throw LockstepException.usage("no such file: " + value, "lockstep opens databases that exist");
                }
            }
            case "to" ->
                Targets.resolve(
                        value,
                        Options.sources(environment)
                                .called("\\c to", Options.PASSWORD_FILE.name())
                                .withVariable("LOCKSTEP_TO"));
            default -> Profile.load(value);
        }
    }

    void remember(String name, String value) {
        Map<String, String> changed = new HashMap<>(databases.environment().variables());
        changed.put(variable(name), value);
        databases.use(databases.environment().with(changed));
    }

    private static String variable(String name) {
        return switch (name) {
            case "pg" -> "LOCKSTEP_PG";
            case "db" -> "LOCKSTEP_DB";
            case "to" -> "LOCKSTEP_TO";
            default -> "LOCKSTEP_PROFILE";
        };
    }

    /** Prints the defaults. */
    void show(PrintStream out) {
        for (String name : NAMES) {
            String value = get(name).orElseGet(() -> name.equals("pg") ? unnamed() : "none");
            out.println(databases.environment().redactor().redact(name + ": " + value));
        }
        out.println("PostgreSQL connections open: " + databases.keptConnections());
    }

    /** The PostgreSQL that is used while none is set. */
    private String unnamed() {
        if (PgTarget.resolve(null, Options.sources(databases.environment())).isNamed()) {
            return "as the PG* variables say";
        }
        return Confirmation.isAttended() ? "embedded" : "none";
    }
}
