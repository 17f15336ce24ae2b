package dev.lockstep.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Somebody who pastes what lockstep advises. A POSIX shell splits each command into words; they are then run in this process.
 * SQL goes to whoever the test says.
 */
public final class PastedAdvice {
    private static final Pattern ADVICE = Pattern.compile("(?:^| )(?:hint|fix): (.*)$");
    private static final Pattern QUOTED = Pattern.compile("'(lockstep .*?)'(?=[ ;,.:)]|$)");
    private static final Pattern SQL = Pattern.compile("(?:^|: )((?:grant|create table|delete from|update|drop) .*)$");
    private static final int ROUNDS = 6;

    private final Map<String, String> environment;
    private final Set<String> pasted = new LinkedHashSet<>();

    /** Runs SQL that was advised. */
    @FunctionalInterface
    public interface Sql {
        void run(String statements) throws Exception;
    }

    public PastedAdvice(Map<String, String> environment) {
        this.environment = environment;
    }

    public LockstepRun run(List<String> words) {
        return LockstepRun.of(environment, words.toArray(String[]::new));
    }

    /** How many different commands and statements were pasted. */
    public int count() {
        return pasted.size();
    }

    /** What has been pasted, in order. */
    public Set<String> all() {
        return pasted;
    }

    /** The commands in the hints and fixes of a run. */
    public static List<String> commands(LockstepRun run) {
        List<String> commands = new ArrayList<>();
        for (String advice : advice(run)) {
            Matcher quoted = QUOTED.matcher(advice);
            if (advice.startsWith("lockstep ")) {
                commands.add(advice);
            }
            while (quoted.find()) {
                commands.add(quoted.group(1));
            }
        }
        return commands;
    }

    private static List<String> advice(LockstepRun run) {
        List<String> all = new ArrayList<>();
        (run.stdout() + run.stderr()).lines().forEach(line -> {
            Matcher advice = ADVICE.matcher(line);
            if (advice.find()) {
                all.add(advice.group(1));
            }
        });
        return all;
    }

    /** The words that a real shell makes of it. */
    public static List<String> words(String command) {
        try {
            Process shell = new ProcessBuilder("sh", "-c", "printf '%s\\0' " + command).start();
            String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (shell.waitFor() != 0) {
                throw new AssertionError("not for a shell: " + command);
            }
            return List.of(printed.split("\0", 0));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(command, e);
        }
    }

    /** Runs an advised command as it stands. It must be one that lockstep understands. */
    public LockstepRun paste(String command) {
        List<String> words = words(command);
        pasted.add(command);
        LockstepRun run = run(words.subList(1, words.size()));
        if (run.exit() == 2) {
            throw new AssertionError(command + "\nis not understood:\n" + run.stdout() + run.stderr());
        }
        return run;
    }

    /** Starts an advised command that goes on until it is stopped. */
    public RunningLockstep start(String command) {
        List<String> words = words(command);
        pasted.add(command);
        return RunningLockstep.start(environment, words.subList(1, words.size()).toArray(String[]::new));
    }

    /** Runs the command, and then whatever is advised, until it ends so. @throws AssertionError it never does */
    public void followUntil(int goal, List<String> words, Sql sql) throws Exception {
        StringBuilder seen = new StringBuilder();
        LockstepRun run = run(words);
        for (int round = 0; run.exit() != goal; round++) {
            seen.append(run.stdout()).append(run.stderr());
            List<String> commands = commands(run);
            List<String> statements = statements(run);
            if (round == ROUNDS || (commands.isEmpty() && statements.isEmpty())) {
                throw new AssertionError(words + " is not mended:\n" + seen);
            }
            if (commands.isEmpty()) {
                for (String statement : statements) {
                    pasted.add(statement);
                    sql.run(statement);
                }
                run = run(words);
            } else {
                LockstepRun next = paste(commands.get(0));
                seen.append("$ ").append(commands.get(0)).append('\n');
                seen.append(next.stdout()).append(next.stderr());
                boolean leads = next.exit() != 0
                        && (!commands(next).isEmpty() || !statements(next).isEmpty());
                run = leads ? next : run(words);
            }
        }
    }

    private static List<String> statements(LockstepRun run) {
        List<String> statements = new ArrayList<>();
        for (String advice : advice(run)) {
            Matcher sql = SQL.matcher(advice);
            if (sql.find()) {
                statements.addAll(List.of(sql.group(1).split("; ", 0)));
            }
        }
        return statements;
    }
}
