package dev.lockstep.bench;

import java.io.IOException;
import java.util.List;

/** How fast a listener understands a notification, against the regular expression that one would write first. */
final class PayloadParsing implements Benchmark {
    private static final int ROUNDS = 3;
    private static final double NO_SLOWER = 1;

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        Contender regex = new Jmh("regular expression", PayloadParsers.class, "regularExpression");
        Contender ours = new Jmh("FileChange.parse", PayloadParsers.class, "fileChange");
        return List.of(new Race("payload parsing", "ns", ROUNDS, NO_SLOWER).between(regex, ours));
    }
}
