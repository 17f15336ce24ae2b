package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.text.Cells;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.log.NamedListeners;
import dev.lockstep.realm.log.NamedListeners.Listener;
import dev.lockstep.realm.log.NamedListeners.State;
import java.util.LinkedHashMap;
import java.util.Map;

/** How those who listen are told of. */
final class ListenerReport {
    private ListenerReport() {}

    /** Says that there may be listeners that the server does not show to this login. */
    static void warnOfHidden(Tx tx, Output output) {
        long hidden = NamedListeners.hidden(tx);
        if (hidden > 0) {
            output.warn(
                    "hidden-sessions",
                    "this login may not look at " + Count.of(hidden, "session")
                            + ", any of which may listen; pg_read_all_stats would show them");
        }
    }

    /**
     * A listener for programs.
     *
     * @param durable whether it is one of the durable log
     */
    static Map<String, Object> fields(Listener listener, boolean durable) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", listener.name());
        fields.put("pid", listener.pid().orElse(null));
        fields.put("client", listener.client());
        fields.put("lag", listener.lag().orElse(null));
        fields.put("lastSeen", listener.lastSeen());
        fields.put("durable", durable);
        fields.put("live", listener.state() == State.LIVE);
        return fields;
    }

    /** A replica need not say who it is; its backend's number is always there. */
    static String name(Listener listener) {
        String backend = listener.pid().map(pid -> "backend " + pid).orElse("a listener");
        return listener.name() == null || listener.name().isBlank() ? backend : listener.name();
    }

    /** A listener in one line. */
    static String line(Listener listener) {
        String state = listener.state() == State.LIVE ? "live" : "gone";
        String lag = listener.lag()
                .map(behind -> ", " + Count.of(behind) + " behind")
                .orElse("");
        return Cells.of(
                name(listener) + ":", state + lag + ",", listener.client() + ",", "seen " + listener.lastSeen());
    }
}
