package dev.lockstep.cli.source;

import dev.lockstep.cli.text.Count;
import dev.lockstep.transpile.Freshness;
import dev.lockstep.transpile.Freshness.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which of the things that were made from files are not fresh, for programs and for people. */
public final class FreshnessReport {
    private final List<Object> stale = new ArrayList<>();
    private final List<Object> unknown = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private int checked;

    /**
     * One thing.
     *
     * @param name by which people know it
     * @param fields by which programs do
     */
    public void add(Freshness freshness, String name, Map<String, Object> fields) {
        checked++;
        if (freshness.state() == State.FRESH) {
            return;
        }
        boolean isStale = freshness.state() == State.STALE;
        Map<String, Object> reasoned = new LinkedHashMap<>(fields);
        reasoned.put("reason", freshness.reason());
        (isStale ? stale : unknown).add(reasoned);
        lines.add((isStale ? "stale: " : "cannot tell: ") + name + ": " + freshness.reason());
    }

    /** The counts, and what is not fresh; the caller's to add to. */
    public Map<String, Object> data() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("checked", checked);
        data.put("fresh", fresh());
        data.put("stale", stale);
        data.put("unknown", unknown);
        return data;
    }

    /**
     * The same for people; the caller's to add to.
     *
     * @param noun of one thing
     */
    public List<String> lines(String noun) {
        List<String> all = new ArrayList<>(lines);
        all.add(Count.of(checked, noun) + ": " + fresh() + " fresh, " + stale.size() + " stale, " + unknown.size()
                + " that cannot be told");
        return all;
    }

    private int fresh() {
        return checked - stale.size() - unknown.size();
    }
}
