package dev.lockstep.profile;

import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What one application's database looks like.
 *
 * @param name what {@code --profile} takes
 * @param description one line for people
 * @param connections where its databases are, as far as the profile says
 * @param audit its audit log, if it has one
 * @param fts its search indexes, if it has any
 * @param mirror what a mirror has copies of
 */
public record Profile(
        String name,
        String description,
        Connections connections,
        Optional<AuditProfile> audit,
        Optional<Fts> fts,
        MirrorProfile mirror) {
    /**
     * What stands in for options that are not given: each as the option takes it, without a password.
     *
     * @param pg for {@code --pg}
     * @param db for {@code --db}
     * @param to for {@code --to}
     */
    public record Connections(Optional<String> pg, Optional<String> db, Optional<String> to) {
        static final Connections NONE = new Connections(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * The search indexes of an application.
     *
     * @param state where the application itself notes that its triggers are deferred; empty: it does not
     * @param tables the FTS5 tables, each with its base
     */
    public record Fts(Optional<State> state, List<Table> tables) {
        public Fts {
            tables = List.copyOf(tables);
        }
    }

    /**
     * A key-value table that holds the state of a deferral.
     *
     * @param table the table
     * @param key its column of keys, unique
     * @param value its column of values
     * @param stamps columns that get the current time when a row is written, as SQLite's {@code current_timestamp}
     * @param flag the key whose presence means deferred
     * @param snapshot the key of the stored triggers: a JSON array of {@code {"name":…,"sql":…}}, sorted by name
     * @param own the key for what lockstep notes beyond that, which the application does not know
     */
    public record State(
            String table, String key, String value, List<String> stamps, String flag, String snapshot, String own) {
        public State {
            stamps = List.copyOf(stamps);
        }
    }

    /**
     * An FTS5 table.
     *
     * @param fts the FTS5 table
     * @param base the table that it indexes
     * @param triggers the triggers that the application installs to keep it, complete
     * @param fill what belongs into it for one row of the base, which is called {@code new}: an INSERT; empty if the insert
     *     triggers say that themselves
     * @param nullOrEqual columns of the FTS5 table that are as they ought to be if they are NULL, and also if they are what
     *     the base's column of that name is
     */
    public record Table(
            String fts, String base, List<Trigger> triggers, Optional<String> fill, List<String> nullOrEqual) {
        public Table {
            nullOrEqual = List.copyOf(nullOrEqual);
            triggers = List.copyOf(triggers);
        }
    }

    /**
     * A trigger and the {@code create trigger} statement that makes an equivalent one.
     *
     * @param variant the statement by which the application itself makes it, where that has another effect
     */
    public record Trigger(String name, String sql, Optional<String> variant) {}

    private static final List<String> BUILT_IN = List.of("boxel", "cadt-v1", "cadt-v2");

    /** The names of the profiles that need no file. */
    public static List<String> builtIn() {
        return BUILT_IN;
    }

    /**
     * Reads a built-in profile, or a file of the same form. A built-in name wins over a file of that name; {@code ./name}
     * means the file.
     *
     * @throws LockstepException usage: there is neither, or what is there is not a profile, with file:line:col
     */
    public static Profile load(String nameOrFile) {
        String source = BUILT_IN.contains(nameOrFile) ? nameOrFile + ".json" : nameOrFile;
        return ProfileReader.read(source, text(nameOrFile));
    }

    /** The document that {@link #load} reads, as it is written. @throws LockstepException usage: there is none */
    public static String text(String nameOrFile) {
        return BUILT_IN.contains(nameOrFile) ? resource(nameOrFile + ".json") : file(nameOrFile);
    }

    /** The JSON Schema of profiles: what editors and other programs check a file by. */
    public static String schema() {
        return resource("profile.schema.json");
    }

    private static String resource(String name) {
        try (InputStream in = Profile.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String file(String name) {
        try {
            Path file = Path.of(name);
            if (!Files.exists(file)) {
                throw LockstepException.usage("no such profile: " + name, hint(name));
            }
            if (Files.isDirectory(file)) {
                throw LockstepException.usage("a profile is a file, not a directory: " + name, null);
            }
            return Files.readString(file);
        } catch (InvalidPathException e) {
            throw LockstepException.usage("no such profile: " + name, hint(name));
        } catch (IOException e) {
            throw LockstepException.usage(
                    "cannot read profile " + name + ": " + FileError.reason(e), "a profile is a JSON file in UTF-8");
        }
    }

    private static String hint(String name) {
        return DidYouMean.to(name, BUILT_IN)
                .map(nearest -> "did you mean '" + nearest + "'?")
                .orElse("built in are " + String.join(", ", BUILT_IN) + "; anything else is a JSON file");
    }
}
