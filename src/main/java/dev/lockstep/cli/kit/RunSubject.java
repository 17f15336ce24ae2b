package dev.lockstep.cli.kit;

import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Targets;
import dev.lockstep.db.sqlite.SqliteTarget;
import dev.lockstep.support.LockstepException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What a run works on, by name: the databases, as they were found and without a password, the realm, the tables. Two runs of a
 * command that work on different things differ in one of them.
 */
final class RunSubject {
    /** The options that say on what, beside those that name databases, and what each is called. */
    private static final Map<String, String> SELECTING = new TreeMap<>(Map.ofEntries(
            Map.entry("--profile", "profile"),
            Map.entry("--realm", "realm"),
            Map.entry("--table", "tables"),
            Map.entry("--exclude", "exclude"),
            Map.entry("--channel", "channel"),
            Map.entry("--durable", "listener"),
            Map.entry("--registry", "registry"),
            Map.entry("--org", "org"),
            Map.entry("--module", "module"),
            Map.entry("--key", "key"),
            Map.entry("--schema", "schema")));

    private final Invocation call;
    private final String unreadable;
    private final Map<String, String> names = new LinkedHashMap<>();

    private RunSubject(Invocation call, String unreadable) {
        this.call = call;
        this.unreadable = unreadable;
    }

    /**
     * Finds it, without connecting to anything.
     *
     * @param unreadable what stands for a database whose description is wrong, and may hold a password anywhere
     */
    static Map<String, String> of(Invocation call, String unreadable) {
        RunSubject subject = new RunSubject(call, unreadable);
        subject.databases();
        SELECTING.forEach((option, name) -> call.given(option).ifPresent(value -> subject.put(name, value)));
        subject.parameters();
        return subject.names;
    }

    private void databases() {
        if (call.takes(Options.DB)) {
            database(
                    "db",
                    () -> Optional.of(Invocation.file(call.sqliteFile(call.positionalDatabase()))
                            .toAbsolutePath()
                            .normalize()
                            .toString()));
        }
        if (call.takes(Options.PG)) {
            database("pg", () -> Optional.of(call.describedPostgres())
                    .filter(PgTarget::isNamed)
                    .map(PgTarget::toString));
        }
        if (call.takes(Options.TO)) {
            database("to", () -> target(Options.TO, "LOCKSTEP_TO"));
        }
        if (call.find(Options.MIRROR).isPresent()) {
            database("mirror", () -> target(Options.MIRROR, "LOCKSTEP_MIRROR"));
        }
    }

    private Optional<String> target(Opt<String> option, String variable) {
        DbTarget target = Targets.resolve(
                call.get(option).orElse(null),
                Options.sources(call.databases().environment())
                        .called(option.name(), Options.PASSWORD_FILE.name())
                        .withVariable(variable));
        return Optional.of(
                target instanceof SqliteTarget file
                        ? SqliteTarget.SCHEME + file.path().toAbsolutePath().normalize()
                        : target.toString());
    }

    /** One that nothing names is left out. */
    private void database(String name, Supplier<Optional<String>> found) {
        try {
            found.get().ifPresent(value -> put(name, value));
        } catch (LockstepException e) {
            if (call.given("--" + name).isPresent()) {
                put(name, unreadable);
            }
        }
    }

    /** The parameters by what help calls them; not those that are for a program that the command starts. */
    private void parameters() {
        if (call.positionalDatabase().isPresent()) {
            return;
        }
        List<String> given = call.parameters();
        List<String> labels = labels();
        for (int i = 0; i < given.size() && !labels.isEmpty(); i++) {
            String label = labels.get(Math.min(i, labels.size() - 1));
            if (label.isEmpty()) {
                return;
            }
            String before = names.get(label);
            put(label, before == null ? given.get(i) : before + " " + given.get(i));
        }
    }

    /** {@code realm} and {@code path} for {@code URL PATH}; an empty one where a program's words begin. */
    private List<String> labels() {
        List<PositionalParamSpec> declared = call.positionals();
        return declared.isEmpty()
                ? List.of()
                : List.of(declared.get(0).paramLabel().split(" ", -1)).stream()
                        .map(RunSubject::label)
                        .toList();
    }

    private static String label(String word) {
        String letters = word.replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT);
        return letters.equals("url") ? "realm" : letters;
    }

    private void put(String name, String value) {
        names.put(name, call.databases().environment().redactor().redact(value));
    }
}
