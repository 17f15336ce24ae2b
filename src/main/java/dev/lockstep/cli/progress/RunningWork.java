package dev.lockstep.cli.progress;

import dev.lockstep.cli.kit.WholeFile;
import dev.lockstep.cli.text.Age;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.sqlite.SqliteTarget;
import dev.lockstep.support.Environment;
import dev.lockstep.support.Json;
import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.support.Work;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How far a process of this user on this machine is, as it says of itself in a file of the user's state folder, for as long as its
 * work goes on. What it has not committed yet, no database would tell.
 */
public final class RunningWork {
    private static final String SUFFIX = ".progress";
    private static final int JUST_NOW_SECONDS = 5;

    private final ProcessIdentity process;
    private final String command;
    private final Reading reading;
    private final Duration age;

    private RunningWork(ProcessIdentity process, String command, Reading reading, Duration age) {
        this.process = process;
        this.command = command;
        this.reading = reading;
        this.age = age;
    }

    private static Path folder(Environment environment) {
        return environment.stateDirectory().resolve("run");
    }

    private static Path file(Environment environment) {
        return folder(environment).resolve(ProcessIdentity.ofProcess().pid() + SUFFIX);
    }

    /**
     * Says it of this process. Where that cannot be, nobody is told.
     *
     * @param subject what it works on, as {@link dev.lockstep.cli.kit.Output#subject} says
     */
    static void say(Environment environment, String command, Map<String, String> subject, Reading reading) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("process", ProcessIdentity.ofProcess().toTree());
        tree.put("command", command);
        tree.put("on", subject);
        tree.put("at", System.currentTimeMillis());
        tree.put("subject", reading.subject());
        tree.put("work", reading.work().name());
        tree.put("done", reading.done());
        tree.put("total", reading.total());
        tree.put("rate", Math.round(reading.rate()));
        tree.put("elapsedMs", reading.elapsed().toMillis());
        try {
            Files.createDirectories(
                    folder(environment),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            WholeFile.write(file(environment), out -> out.write(Json.write(tree).getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            return;
        }
    }

    /** This process is at nothing any more. */
    static void end(Environment environment) {
        try {
            Files.deleteIfExists(file(environment));
        } catch (IOException e) {
            // Whoever reads it looks whether the process is alive.
            return;
        }
    }

    /** What another process says that works on a mirror; empty if none does. */
    public static Optional<RunningWork> onMirror(Environment environment, Path source, DbTarget mirror) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder(environment), "*" + SUFFIX)) {
            for (Path file : files) {
                Optional<RunningWork> work = of(file, source, mirror);
                if (work.isPresent()) {
                    return work;
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            // There is no such folder before something took long.
            return Optional.empty();
        }
    }

    private static Optional<RunningWork> of(Path file, Path source, DbTarget mirror) {
        try {
            Map<?, ?> tree = (Map<?, ?>) Json.parse(Files.readString(file));
            Map<?, ?> on = (Map<?, ?>) tree.get("on");
            Optional<ProcessIdentity> process =
                    ProcessIdentity.ofTree(tree.get("process")).filter(ProcessIdentity::isAlive);
            if (process.isEmpty()
                    || process.get().pid() == ProcessIdentity.ofProcess().pid()
                    || !isSameFile(source, on.get("db"))
                    || !isSame(mirror, on.get("to"))) {
                return Optional.empty();
            }
            Reading reading = new Reading(
                    (String) tree.get("subject"),
                    Work.valueOf((String) tree.get("work")),
                    (Long) tree.get("done"),
                    (Long) tree.get("total"),
                    (Long) tree.get("rate"),
                    Duration.ofMillis((Long) tree.get("elapsedMs")));
            Duration age = Duration.ofMillis(System.currentTimeMillis() - (Long) tree.get("at"));
            return Optional.of(new RunningWork(process.get(), (String) tree.get("command"), reading, age));
        } catch (IOException | RuntimeException e) {
            // It has just ended, or is of another version.
            return Optional.empty();
        }
    }

    private static boolean isSameFile(Path one, Object other) throws IOException {
        return other instanceof String path && Files.exists(Path.of(path)) && Files.isSameFile(one, Path.of(path));
    }

    private static boolean isSame(DbTarget mirror, Object other) throws IOException {
        if (mirror instanceof SqliteTarget file && other instanceof String name) {
            return name.startsWith(SqliteTarget.SCHEME)
                    && isSameFile(file.path(), name.substring(SqliteTarget.SCHEME.length()));
        }
        return mirror.toString().equals(other);
    }

    /** Who says it. */
    public ProcessIdentity process() {
        return process;
    }

    /** For people: {@code mirror backfill: docs: 120,000 of 700,000 rows sent (17%), 45,000/s, 13 s left}. */
    public String sentence() {
        boolean isOld = age.toSeconds() > JUST_NOW_SECONDS;
        return command + ": " + reading.sentence() + (isOld ? "; it said so " + Age.of(age) + " ago" : "");
    }

    /** How many a second; 0 if that cannot be told. */
    public double rate() {
        return reading.rate();
    }

    /** For programs, as the records of {@code -o jsonl} say it. */
    public Map<String, Object> tree() {
        return reading.tree();
    }
}
