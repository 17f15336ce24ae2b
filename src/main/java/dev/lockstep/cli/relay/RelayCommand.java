package dev.lockstep.cli.relay;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.metrics.MetricFamily;
import dev.lockstep.cli.metrics.Monitoring;
import dev.lockstep.cli.option.ListenAddress;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.realm.log.FeedEvent.Lost;
import dev.lockstep.realm.log.FeedEvent.ResyncReason;
import dev.lockstep.realm.log.InvalidationFeed.Emitters;
import dev.lockstep.realm.relay.BearerTokens;
import dev.lockstep.realm.relay.RelayCounts;
import dev.lockstep.realm.relay.RelayOptions;
import dev.lockstep.realm.relay.RelayServer;
import dev.lockstep.realm.relay.RelaySource;
import dev.lockstep.realm.relay.TlsFiles;
import dev.lockstep.support.LockstepException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep realm relay}. */
public final class RelayCommand implements Command {
    private static final Opt<String> LISTEN = Opt.text(
            "ADDRESS",
            "Where to serve: HOST:PORT, [IPV6]:PORT, or :PORT for every address of this machine. Port 0: any that is free.",
            "--listen");
    private static final Opt<String> TOKEN_FILE = Opt.text(
            "FILE",
            "Let in only who sends a bearer token that is a line of this file, which nobody else may read; it is read again"
                    + " when it changes. Unset: everybody who reaches the address.",
            "--token-file");
    private static final Opt<String> CERTIFICATE = Opt.text(
            "FILE",
            "Serve HTTPS with this certificate and its chain, in PEM; read again when it changes.",
            "--certificate");
    private static final Opt<String> KEY =
            Opt.text("FILE", "The certificate's key, in PEM (PKCS#8, without a password).", "--key");
    private static final Opt<List<String>> ALLOW_ORIGIN = Opt.texts(
            "ORIGIN",
            "Let pages of this origin (https://host:port) read the stream in a browser; * for any. Repeatable.",
            "--allow-origin");
    private static final Opt<Duration> HEARTBEAT = Opt.duration(
            "After so long without an event, send a comment as a sign of life (default 15s).", "--heartbeat");
    private static final Opt<Duration> STALL = Opt.duration(
            "Cut a subscriber that takes nothing for so long, though there is something (default 10s).", "--stall");
    private static final Opt<Integer> MAX_BEHIND = Opt.count(
            "Cut a subscriber that is so many events behind; it comes back and gets what it missed from the log (default"
                    + " 5000).",
            "--max-behind");
    private static final Opt<Integer> MAX_SUBSCRIBERS =
            Opt.count("Turn away more subscribers than this with 503 (default 50000).", "--max-subscribers");
    private static final Opt<Integer> KEEP = Opt.count(
            "How many of the newest events stay in memory for those who come back; what is older is read from the log"
                    + " (default 10000).",
            "--keep");
    private static final Opt<String> NAME = Opt.text(
            "NAME",
            "Stand in the list of durable listeners under this name, so that the log keeps what was not relayed yet.",
            "--name");
    private static final Opt<Duration> POLL = Opt.duration(
            "Look into the durable log this often instead of listening: on a standby, and behind a transaction pooler.",
            "--poll");
    private static final Opt<Boolean> FOREIGN_EMITTERS = Opt.flag(
            "Others notify without the log: each subscriber that comes back is told that anything may have changed.",
            "--foreign-emitters");

    /** It looks several times a second. */
    private static final Duration STUCK = Duration.ofMinutes(2);

    private static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration DEFAULT_STALL = Duration.ofSeconds(10);
    private static final int DEFAULT_MAX_BEHIND = 5_000;
    private static final int DEFAULT_MAX_SUBSCRIBERS = 50_000;
    private static final int DEFAULT_KEEP = 10_000;

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Tell any number of subscribers what the durable log says, as server-sent events over HTTP, with one"
                                + " session of PostgreSQL, until stopped. GET /events is the stream, ?realm=URL chooses; the"
                                + " header Last-Event-ID, or ?last-event-id=, goes on where a subscriber was. GET /healthz"
                                + " says whether the log is being read. Any number of relays may run side by side.");
        Options.add(spec, LISTEN, TOKEN_FILE, CERTIFICATE, KEY, ALLOW_ORIGIN, HEARTBEAT, STALL, MAX_BEHIND);
        Options.add(spec, MAX_SUBSCRIBERS, KEEP, NAME, POLL, FOREIGN_EMITTERS);
        Options.postgres(spec);
        Monitoring.declare(spec);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        InetSocketAddress address = ListenAddress.of(
                LISTEN.name(),
                call.get(LISTEN)
                        .orElseThrow(() -> LockstepException.usage(
                                "no address to serve at", LISTEN + " 127.0.0.1:8787, or " + LISTEN + " :8787")));
        RelayOptions options = options(call);
        PgTarget target = call.postgres();
        try (Monitoring monitoring = Monitoring.start(call, STUCK);
                RelaySource source = source(call, target);
                RelayServer server = RelayServer.start(source, address, options)) {
            call.output().soFar(() -> result(server.counts()));
            show(monitoring, server.counts());
            announce(call.output(), server, options);
            monitoring.ready("relaying");
            source.run(new Narration(call.output(), monitoring));
            return result(server.counts());
        }
    }

    private static void show(Monitoring monitoring, RelayCounts counts) {
        monitoring
                .gauge("lockstep_relay_subscribers", "Streams that are open now.")
                .show(counts::open);
        monitoring
                .counter("lockstep_relay_subscriptions", "Streams that were ever open.")
                .show(counts::everOpen);
        monitoring
                .counter("lockstep_relay_events_sent", "Changes that were sent, each once for each stream.")
                .show(counts::sent);
        monitoring
                .counter(
                        "lockstep_relay_subscribers_cut",
                        "Streams that were cut because they did not take what there was.")
                .show(counts::cutOff);
        monitoring
                .counter("lockstep_relay_gaps", "Streams that were told that what they had missed cannot be told.")
                .show(counts::gapsTold);
        monitoring
                .counter("lockstep_relay_unauthorized", "Requests without a token that is known.")
                .show(counts::turnedAway);
    }

    private static RelayOptions options(Invocation call) {
        Duration heartbeat = call.get(HEARTBEAT).orElse(DEFAULT_HEARTBEAT);
        Duration stall = call.get(STALL).orElse(DEFAULT_STALL);
        if (heartbeat.isZero() || stall.isZero()) {
            throw LockstepException.usage(
                    (heartbeat.isZero() ? HEARTBEAT : STALL) + " needs some time",
                    HEARTBEAT + " 15s, " + STALL + " 10s");
        }
        if (call.has(CERTIFICATE) != call.has(KEY)) {
            throw LockstepException.usage(
                    "a certificate needs its key, and a key its certificate", CERTIFICATE + " FILE " + KEY + " FILE");
        }
        Optional<TlsFiles> tls = call.get(CERTIFICATE)
                .map(file -> TlsFiles.of(
                        Invocation.file(file), Invocation.file(call.get(KEY).orElseThrow())));
        return new RelayOptions(
                heartbeat,
                call.get(MAX_BEHIND).orElse(DEFAULT_MAX_BEHIND),
                stall,
                call.get(MAX_SUBSCRIBERS).orElse(DEFAULT_MAX_SUBSCRIBERS),
                Set.copyOf(call.all(ALLOW_ORIGIN)),
                call.get(TOKEN_FILE).map(file -> BearerTokens.of(Invocation.file(file))),
                tls);
    }

    private static RelaySource source(Invocation call, PgTarget target) {
        int kept = call.get(KEEP).orElse(DEFAULT_KEEP);
        Optional<Duration> poll = call.get(POLL);
        if (poll.isPresent() && (call.has(FOREIGN_EMITTERS) || call.has(NAME))) {
            throw LockstepException.usage(
                    POLL + " reads the log alone, and takes no name", "leave " + POLL + " out, or the other");
        }
        if (poll.filter(Duration::isZero).isPresent()) {
            throw LockstepException.usage(POLL + " needs some time between two looks", POLL + " 1s");
        }
        if (call.get(NAME).filter(String::isBlank).isPresent()) {
            throw LockstepException.usage("a listener's name cannot be empty", null);
        }
        Emitters emitters = call.has(FOREIGN_EMITTERS) ? Emitters.SOME_DO_NOT : Emitters.ALL_USE_THE_LOG;
        return poll.map(interval -> RelaySource.polling(call.databases(), target, interval, kept))
                .orElseGet(() -> RelaySource.listening(call.databases(), target, call.get(NAME), emitters, kept));
    }

    private static void announce(Output output, RelayServer server, RelayOptions options) {
        InetSocketAddress address = server.address();
        String url = (options.tls().isPresent() ? "https://" : "http://") + ListenAddress.text(address) + "/events";
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("url", url);
        fields.put("port", address.getPort());
        output.event("ready", fields, "relaying at " + url);
        if (options.tokens().isEmpty() && !address.getAddress().isLoopbackAddress()) {
            output.warn(
                    "no-token",
                    "whoever reaches " + url + " can subscribe: " + TOKEN_FILE + " lets in only who has a token");
        } else if (options.tokens().isPresent()
                && options.tls().isEmpty()
                && !address.getAddress().isLoopbackAddress()) {
            output.warn("no-tls", "tokens travel unencrypted: " + CERTIFICATE + " and " + KEY + " make it HTTPS");
        }
    }

    private static Result result(RelayCounts counts) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("subscribers", counts.open());
        data.put("subscriptions", counts.everOpen());
        data.put("sent", counts.sent());
        data.put("cut", counts.cutOff());
        data.put("gaps", counts.gapsTold());
        data.put("unauthorized", counts.turnedAway());
        return Result.unchanged(
                data,
                List.of(Count.of(counts.everOpen(), "subscription") + ", "
                        + Count.of(counts.sent(), "event") + " sent; cut off: " + counts.cutOff()
                        + ", gaps: " + counts.gapsTold() + ", turned away: " + counts.turnedAway()));
    }

    /** It may go on for months: a loss is said once, and what was heard is not printed. */
    private static final class Narration implements RelaySource.Watcher {
        private final Output output;
        private final Monitoring monitoring;
        private final MetricFamily connected;
        private boolean isLost;

        private Narration(Output output, Monitoring monitoring) {
            this.output = output;
            this.monitoring = monitoring;
            this.connected = monitoring.gauge("lockstep_relay_connected", "Whether the log can be read: 1 or 0.");
            connected.set(1);
        }

        @Override
        public void turned() {
            monitoring.beat();
        }

        @Override
        public void lost(Lost event) {
            if (!isLost) {
                output.warn(
                        "connection-lost",
                        "the connection is lost, connecting again: "
                                + event.why().getMessage());
            }
            isLost = true;
            connected.set(0);
        }

        @Override
        public void heard() {
            isLost = false;
            connected.set(1);
        }

        @Override
        public void gap(ResyncReason reason) {
            isLost = false;
            connected.set(1);
            output.event(
                    "gap",
                    Map.of("reason", reason.label()),
                    "gap (" + reason.label() + "): subscribers are told that anything may have changed");
        }
    }
}
