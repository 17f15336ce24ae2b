package dev.lockstep.cli.transpile;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.realm.RealmArguments;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.FileError;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.PercentEncoding;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.Captured;
import dev.lockstep.transpile.Content;
import dev.lockstep.transpile.ModuleNames;
import dev.lockstep.transpile.schema.CacheSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/** What the transpile commands have in common. */
final class TranspileArguments {
    private static final Opt<String> KEY = Opt.text(
            "EXTRA",
            "The compiler and its options: artifacts of one key are never served for another."
                    + " None: shared with replicas that know no keys.",
            "--key");

    static final String REALM = "The realm, as http://host:port/path/.";
    static final String PATH =
            "The file: its own name as it stands on disk, relative to the realm, where a percent sign is one; or its"
                    + " whole URL, where %20 is a space.";

    private TranspileArguments() {}

    static void key(CommandSpec spec) {
        KEY.addTo(spec);
    }

    /** The realm is the first parameter, the path the second. */
    static ArtifactKey key(Invocation call) {
        RealmUrl realm = realm(call);
        return new ArtifactKey(
                realm.value(), RealmPath.file(realm, call.parameters().get(1)), call.get(KEY));
    }

    static RealmUrl realm(Invocation call) {
        return RealmArguments.read(call.parameters().get(0), "taken", call.output());
    }

    /** Runs work on one connection to a prepared database. */
    static <T> T on(Invocation call, Session.Use use, Function<Db, T> work) {
        try (Db db = call.databases().postgres(call.postgres(), call.session(use))) {
            return CacheSchema.using(db, work);
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
        return content(file, in).text().orElseThrow(() -> LockstepException.usage("not UTF-8 text: " + file, null));
    }

    /**
     * The text of a file that holds JSON of one shape.
     *
     * @throws LockstepException usage: it does not
     */
    static String json(String file, Invocation call, Class<?> shape) {
        String text = text(file, call.in());
        String wanted = "not a JSON " + (shape == List.class ? "array" : "object") + ": ";
        Object value;
        try {
            value = parse(text, file);
        } catch (LockstepException e) {
            throw LockstepException.usage(wanted + e.getMessage(), null);
        }
        if (!shape.isInstance(value)) {
            throw LockstepException.usage(wanted + file, null);
        }
        return text;
    }

    /**
     * What an artifact imports, as Boxel keeps it: relative to the realm, without executable extension, each once. What is
     * in another realm stays as it is.
     */
    static String modules(String realm, List<String> named) {
        Set<String> modules = new LinkedHashSet<>();
        for (String name : named) {
            String local = name.startsWith(realm)
                    ? RealmPath.read(new RealmUrl(realm), name).local()
                    : name;
            modules.add(ModuleNames.withoutExtension(local.startsWith("./") ? local.substring(2) : local));
        }
        return Json.write(modules);
    }

    private static Object parse(String text, String file) {
        try {
            return Json.parse(text);
        } catch (LockstepException e) {
            throw LockstepException.usage(file + ":" + e.getMessage(), null);
        }
    }

    /** The file's own name, relative to the realm's directory. */
    static String local(ArtifactKey key) {
        String path = key.path().substring(ArtifactKey.ofFile(key.realm(), "").length());
        return PercentEncoding.decode(path).orElse(path);
    }

    /**
     * Headers, with what Boxel needs to serve an artifact where they leave it out. Its ETag is the second in which the
     * source was changed last.
     */
    static String withServingHeaders(String json, ArtifactKey key, Optional<Path> source) {
        Map<String, Object> headers = new LinkedHashMap<>();
        ((Map<?, ?>) Json.parse(json)).forEach((name, value) -> headers.put((String) name, value));
        add(headers, "content-type", "text/javascript");
        add(headers, "cache-control", "public, max-age=0");
        add(headers, "X-Boxel-Canonical-Path", key.path());
        source.ifPresent(file -> {
            Instant changed = changed(file);
            add(headers, "etag", changed.getEpochSecond() + ":module");
            add(
                    headers,
                    "last-modified",
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(changed.atOffset(ZoneOffset.UTC)));
        });
        return Json.write(headers);
    }

    private static void add(Map<String, Object> headers, String name, String value) {
        if (headers.keySet().stream().noneMatch(name::equalsIgnoreCase)) {
            headers.put(name, value);
        }
    }

    private static Instant changed(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            throw unreadable(file.toString(), e);
        }
    }

    static InputStream open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw LockstepException.usage("a directory, not a file: " + file, null);
        }
        return Files.newInputStream(file);
    }

    /** @throws LockstepException usage: it cannot be read */
    static void checkSource(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw LockstepException.usage(
                    "cannot read the source " + file + (Files.exists(file) ? "" : ": no such file"), null);
        }
    }

    static LockstepException unreadable(String file, IOException e) {
        return LockstepException.usage("cannot read " + file + ": " + reason(e), null);
    }

    /** Not the file's name, which is all that Java says of a file that is not there. */
    static String reason(IOException e) {
        return FileError.reason(e);
    }

    /** What {@code put} needs to know of what {@code get} saw. */
    static Map<String, Object> data(Captured captured) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("realm", captured.key().realm());
        data.put("path", captured.key().path());
        data.put("generation", captured.generation());
        data.put("floor", captured.floor());
        data.put("epoch", captured.epoch().orElse(null));
        data.put("asOf", captured.asOf().map(String::valueOf).orElse(null));
        return data;
    }

    static String words(Captured captured) {
        return "generation " + captured.generation() + ", floor " + captured.floor()
                + captured.epoch().map(value -> ", epoch " + value).orElse("")
                + captured.asOf().map(value -> ", as of " + value).orElse("");
    }
}
