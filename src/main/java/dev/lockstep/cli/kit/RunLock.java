package dev.lockstep.cli.kit;

import dev.lockstep.cli.option.Options;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.Environment;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockFile;
import dev.lockstep.support.LockFile.Mode;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * One run at a time of the same command on the same thing, for {@code --if-running}. The lock is a file's in the user's
 * state folder, so it ends with the process however that ends; it holds for this user on this machine.
 */
public final class RunLock implements AutoCloseable {
    /** What a second run does. */
    enum Policy {
        FAIL,
        WAIT,
        SKIP
    }

    private static final Duration PATIENCE = Duration.ofHours(1);

    private final Optional<LockFile> lock;
    private final boolean skipped;

    private RunLock(Optional<LockFile> lock, boolean skipped) {
        this.lock = lock;
        this.skipped = skipped;
    }

    /**
     * Takes the lock, if {@code --if-running} was given.
     *
     * @throws LockstepException refused: another run has it, and it is not to be waited for; timeout: it has it for too long
     */
    public static RunLock take(Invocation call) {
        Optional<Policy> policy = call.get(Options.IF_RUNNING).map(RunLock::policy);
        if (policy.isEmpty()) {
            return new RunLock(Optional.empty(), false);
        }
        Path file = file(call);
        Optional<LockFile> lock = LockFile.attempt(file, Mode.EXCLUSIVE);
        if (lock.isEmpty()) {
            switch (policy.get()) {
                case FAIL ->
                    throw new LockstepException(
                            LockstepException.Kind.REFUSED,
                            "running",
                            "another run is active" + owner(file),
                            "wait for it, or use --if-running wait or skip",
                            null);
                case SKIP -> {
                    return new RunLock(Optional.empty(), true);
                }
                case WAIT -> {
                    call.output().detail("waiting for another run" + owner(file));
                    Duration limit = call.find(Options.LOCK_TIMEOUT).orElse(PATIENCE);
                    lock = Optional.of(LockFile.within(limit, file, Mode.EXCLUSIVE, () -> {}));
                }
            }
        }
        lock.get().write(Long.toString(ProcessHandle.current().pid()));
        return new RunLock(lock, false);
    }

    /** Whether another run is active and this one is to do nothing. */
    public boolean skipped() {
        return skipped;
    }

    @Override
    public void close() {
        lock.ifPresent(LockFile::close);
    }

    private static Policy policy(String word) {
        return switch (word) {
            case "fail" -> Policy.FAIL;
            case "wait" -> Policy.WAIT;
            case "skip" -> Policy.SKIP;
            default ->
                throw LockstepException.usage("unknown answer '" + word + "'", "--if-running takes fail, wait or skip");
        };
    }

    private static Path file(Invocation call) {
        CRC32 sum = new CRC32();
        sum.update(thing(call).getBytes(StandardCharsets.UTF_8));
        Path folder = call.databases().environment().stateDirectory().resolve("run");
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new LockstepException(
                    "cannot make the folder " + folder + ", where --if-running keeps its locks: "
                            + FileError.namedReason(e),
                    "set XDG_STATE_HOME to a folder of yours");
        }
        return folder.resolve(call.path().replace(' ', '-') + "-" + Long.toHexString(sum.getValue()) + ".lock");
    }

    /** The command and the databases and things that it names, in whichever way. */
    private static String thing(Invocation call) {
        Environment environment = call.databases().environment();
        Optional<Profile.Connections> profile = call.profile().map(Profile::connections);
        StringBuilder thing = new StringBuilder(call.path());
        String file = call.find(Options.DB)
                .or(() -> environment.get("LOCKSTEP_DB"))
                .or(() -> profile.flatMap(Profile.Connections::db))
                .orElse("");
        thing.append('\n')
                .append(
                        file.isEmpty()
                                ? ""
                                : Invocation.file(file).toAbsolutePath().normalize());
        thing.append('\n')
                .append(call.find(Options.PG)
                        .or(() -> environment.get("LOCKSTEP_PG"))
                        .or(() -> profile.flatMap(Profile.Connections::pg))
                        .orElse(""));
        thing.append('\n')
                .append(call.find(Options.TO)
                        .or(() -> environment.get("LOCKSTEP_TO"))
                        .or(() -> profile.flatMap(Profile.Connections::to))
                        .orElse(""));
        for (String variable : new String[] {"PGHOST", "PGPORT", "PGDATABASE", "PGSERVICE"}) {
            thing.append('\n').append(environment.get(variable).orElse(""));
        }
        for (String parameter : call.parameters()) {
            thing.append('\n').append(parameter);
        }
        return thing.toString();
    }

    private static String owner(Path file) {
        try {
            return ": process " + Files.readString(file).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
