package dev.lockstep.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How a race ended. */
record Outcome(Race race, Contender peer, List<Double> peerSamples, Contender ours, List<Double> ourSamples) {
    static final String HEADER = row("", "peer", "", "lockstep", "", "ratio", "budget");

    /** lockstep's median over the peer's; NaN if the peer is absent. */
    double ratio() {
        return median(ourSamples) / median(peerSamples);
    }

    /** True for a peer that is absent, too: nothing says otherwise. */
    boolean withinBudget() {
        return !(ratio() > race.budget());
    }

    String row() {
        return row(
                race.subject(),
                peer.name(),
                peer.absence().map(why -> "absent").orElse(number(median(peerSamples)) + " " + race.unit()),
                ours.name(),
                number(median(ourSamples)) + " " + race.unit(),
                peer.absence().isPresent() ? "-" : number(ratio()),
                race.budget() == Race.NO_BUDGET ? "-" : number(race.budget()) + (withinBudget() ? "" : " OVER"));
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("subject", race.subject());
        json.put("unit", race.unit());
        json.put("rounds", (long) race.rounds());
        json.put("peer", contender(peer, peerSamples));
        json.put("lockstep", contender(ours, ourSamples));
        json.put("ratio", rounded(ratio()));
        json.put("budget", race.budget() == Race.NO_BUDGET ? null : race.budget());
        json.put("withinBudget", withinBudget());
        return json;
    }

    private static Map<String, Object> contender(Contender contender, List<Double> samples) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", contender.name());
        json.put("absent", contender.absence().orElse(null));
        json.put("median", rounded(median(samples)));
        json.put("samples", samples.stream().map(Outcome::rounded).toList());
        return json;
    }

    private static double median(List<Double> samples) {
        if (samples.isEmpty()) {
            return Double.NaN;
        }
        double[] sorted =
                samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Null for what there is not. */
    private static Double rounded(double value) {
        return Double.isNaN(value) ? null : Math.round(value * 100) / 100.0;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String row(String... cells) {
        return String.format(Locale.ROOT, "%-46s %-24s %16s   %-24s %16s %8s %8s", (Object[]) cells)
                .stripTrailing();
    }
}
