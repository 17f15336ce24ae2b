package dev.lockstep.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Peer and lockstep, taking turns.
 *
 * @param subject what is done
 * @param unit of a sample: {@code ms CPU}
 * @param budget the greatest ratio of lockstep's median to the peer's that is good enough
 */
record Race(String subject, String unit, int rounds, double budget) {
    /** Nothing is promised: the ratio is there to be known. */
    static final double NO_BUDGET = Double.POSITIVE_INFINITY;

    /** Runs each once to warm caches, unmeasured, and then the rounds; lockstep alone if the peer is absent. */
    Outcome between(Contender peer, Contender ours) throws IOException, InterruptedException {
        boolean alone = peer.absence().isPresent();
        List<Double> peers = new ArrayList<>();
        List<Double> own = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            double first = alone ? 0 : peer.sample();
            double second = ours.sample();
            if (round > 0) {
                own.add(second);
                if (!alone) {
                    peers.add(first);
                }
            }
        }
        return new Outcome(this, peer, peers, ours, own);
    }
}
