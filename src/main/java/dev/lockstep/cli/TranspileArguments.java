package dev.lockstep.cli;

import dev.lockstep.db.Db;
import dev.lockstep.db.PgSession;
import dev.lockstep.db.Trouble;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.CacheSchema;
import dev.lockstep.transpile.Captured;
import dev.lockstep.transpile.Content;
import dev.lockstep.transpile.Tombstones;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/** What the transpile commands have in common. */
final class TranspileArguments {
    static final String REALM = "The realm, as http://host:port/path/.";
    static final String PATH = "The file, relative to the realm, or its whole URL.";

    private TranspileArguments() {}

    static void key(CommandSpec spec) {
        Options.value(
                spec,
                "EXTRA",
                "The compiler and its options: artifacts of one key are never served for another."
                        + " None: shared with replicas that know no keys.",
                "--key");
    }

    /** The realm is the first parameter, the path the second. */
    static ArtifactKey key(Invocation call) {
        RealmUrl realm = realm(call);
        return ArtifactKey.of(realm.value(), path(realm, call.parameters().get(1)), call.text("--key"));
    }

    static RealmUrl realm(Invocation call) {
        return RealmArgument.read(call.parameters().get(0), "taken", call.output());
    }

    /**
     * The path of a file, relative to the realm and decoded.
     *
     * @throws Trouble usage: no file of this realm has it
     */
    static String path(RealmUrl realm, String typed) {
        String local = Tombstones.localPath(realm.value(), typed);
        if (local.contains("://")) {
            throw Trouble.usage("not a file of " + realm + ": " + typed, null);
        }
        return FileChange.file(realm, local).path();
    }

    /** Runs work on one connection to a prepared database. */
    static <T> T on(Invocation call, PgSession.Use use, Function<Db, T> work) {
        try (Db db = call.databases().postgres(call.postgres(), call.session(use))) {
            return CacheSchema.using(() -> work.apply(db));
        }
    }

    static Content content(String file, InputStream in) {
        try (InputStream bytes = file.equals("-") ? in : open(Invocation.file(file))) {
            return Content.read(bytes);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static String text(String file, InputStream in) {
        return content(file, in).text().orElseThrow(() -> Trouble.usage("not UTF-8 text: " + file, null));
    }

    static InputStream open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw Trouble.usage("a directory, not a file: " + file, null);
        }
        return Files.newInputStream(file);
    }

    static Trouble unreadable(String file, IOException e) {
        return Trouble.usage("cannot read " + file + ": " + reason(e), null);
    }

    /** Not the file's name, which is all that Java says of a file that is not there. */
    static String reason(IOException e) {
        return e instanceof NoSuchFileException ? "no such file or folder" : e.getMessage();
    }

    /** What {@code put} needs to know of what {@code get} saw. */
    static Map<String, Object> data(Captured captured) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("realm", captured.key().realm());
        data.put("path", captured.key().path());
        data.put("generation", captured.generation());
        data.put("floor", captured.floor());
        data.put("epoch", captured.epoch().orElse(null));
        return data;
    }

    static String words(Captured captured) {
        Optional<String> epoch = captured.epoch();
        return "generation " + captured.generation() + ", floor " + captured.floor()
                + epoch.map(value -> ", epoch " + value).orElse("");
    }
}
