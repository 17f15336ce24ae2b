package dev.lockstep.bench;

import dev.lockstep.realm.FileChange;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Ways to take a notification's payload apart; JMH runs them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PayloadParsers {
    private static final Pattern PAYLOAD = Pattern.compile("(.*?/):(.+)", Pattern.DOTALL);

    // Not final, or it would be a constant, parsed when it is compiled.
    private String payload = "http://localhost:4201/luke/my-realm/:cards/person.gts";

    @Benchmark
    public Optional<FileChange> fileChange() {
        return FileChange.parse(payload);
    }

    @Benchmark
    public String[] regularExpression() {
        Matcher matcher = PAYLOAD.matcher(payload);
        return matcher.matches() ? new String[] {matcher.group(1), matcher.group(2)} : null;
    }
}
