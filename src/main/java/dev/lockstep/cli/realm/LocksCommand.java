package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.text.Age;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.realm.lock.LockScope;
import dev.lockstep.realm.lock.RealmLocks;
import dev.lockstep.realm.lock.RealmLocks.Lock;
import dev.lockstep.realm.lock.RealmLocks.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep realm locks}. */
public final class LocksCommand implements Command {
    private static final Opt<Duration> MAX_WAIT =
            Opt.duration("End with 3 if somebody waits longer than this.", "--max-wait");

    private static final Duration STATEMENT = Duration.ofSeconds(10);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Show who holds the write lock of a realm, or another advisory lock, and who waits"
                                + " for it, in which mode and for how long. Files are named as far as the database knows them.");
        MAX_WAIT.addTo(spec);
        Options.postgres(spec);
    }

    @Override
    public Result run(Invocation call) {
        Session session = call.session(Session.Use.READ).withStatementTimeout(STATEMENT);
        List<Object> locks = new ArrayList<>();
        List<String> text = new ArrayList<>();
        List<Long> waits = new ArrayList<>();
        try (Db db = call.databases().postgres(call.postgres(), session)) {
            for (Lock lock : db.autocommit(RealmLocks::all)) {
                locks.add(fields(lock));
                text.add(line(lock));
                if (lock.role() == Role.WAITS) {
                    waits.add(lock.ageMillis());
                }
            }
        }
        Result result = Result.unchanged(data(locks, waits), text.isEmpty() ? List.of("no locks") : text);
        boolean isTooLong = call.get(MAX_WAIT)
                .filter(most -> waits.stream().anyMatch(wait -> wait > most.toMillis()))
                .isPresent();
        return isTooLong ? result.with(ExitCode.DIFFERS) : result;
    }

    /** The numbers are for --metrics-file. */
    private static Map<String, Object> data(List<Object> locks, List<Long> waits) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("locks", locks);
        data.put("held", locks.size() - waits.size());
        data.put("waiting", waits.size());
        data.put(
                "longestWaitMs", waits.stream().mapToLong(Long::longValue).max().orElse(0));
        return data;
    }

    private static Map<String, Object> fields(Lock lock) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("key", Long.toString(lock.key()));
        fields.put("realm", lock.realm().orElse(null));
        fields.put("file", lock.file().orElse(null));
        fields.put("mode", lock.mode().name().toLowerCase(Locale.ROOT));
        fields.put("pid", lock.pid());
        fields.put("application", lock.application());
        fields.put("client", lock.client());
        fields.put("waiting", lock.role() == Role.WAITS);
        fields.put("ageMs", lock.ageMillis());
        return fields;
    }

    private static String line(Lock lock) {
        String what = lock.realm().map(realm -> realm + lock.file().orElse("")).orElse("lock " + lock.key());
        String role = lock.role() == Role.WAITS ? "waits" : "holds";
        return what + ": backend " + lock.pid() + application(lock) + " from " + lock.client() + " " + role
                + (lock.mode() == LockScope.Mode.SHARED ? " shared" : "") + " for "
                + Age.of(Duration.ofMillis(lock.ageMillis()));
    }

    private static String application(Lock lock) {
        return lock.application().isEmpty() ? "" : " (" + lock.application() + ")";
    }
}
