package dev.lockstep.realm.log;

import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.log.FeedEvent.Changed;
import dev.lockstep.realm.log.FeedEvent.Lost;
import dev.lockstep.realm.log.FeedEvent.Ready;
import dev.lockstep.realm.log.FeedEvent.Resync;
import dev.lockstep.realm.log.FeedEvent.ResyncReason;
import dev.lockstep.support.Backoff;
import dev.lockstep.support.Clock;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Every invalidation as a relay tells it. It connects again when it is cut off, and goes on where it was; what the relay cannot
 * tell it of the time between is one {@link Resync}. The place is kept in memory, as what is cached by it is.
 */
public final class RelayFeed implements RealmFeed {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int QUEUE = 1_000;

    /** So many signs of life may fail to come. */
    private static final int MISSED_HEARTBEATS = 3;

    private final RelayEndpoint endpoint;
    private final HttpClient client;
    private final BlockingQueue<FeedEvent> events = new ArrayBlockingQueue<>(QUEUE);
    private final Thread thread = new Thread(this::run, "lockstep-relayed");
    private final Backoff backoff = new Backoff(FIRST_PAUSE, MAX_PAUSE, Backoff.Jitter.FULL, Clock.SYSTEM);
    private Optional<String> lastId = Optional.empty();
    private boolean started;
    private volatile Duration silence = Duration.ofMinutes(1);
    private volatile ServerSentEvents stream;
    private volatile InputStream body;
    private volatile boolean closing;
    private volatile RuntimeException failure;

    /** @throws LockstepException usage: what the endpoint names cannot be read */
    public RelayFeed(RelayEndpoint endpoint) {
        this.endpoint = endpoint;
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
        endpoint.tls().ifPresent(builder::sslContext);
        client = builder.build();
        thread.setDaemon(true);
        thread.start();
    }

    /** @throws LockstepException the first connection failed, or was refused */
    @Override
    public Optional<FeedEvent> next(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            breakIfSilent();
            long left = Math.min(deadline - System.nanoTime(), FIRST_PAUSE.toNanos());
            FeedEvent event = events.poll(Math.max(0, left), TimeUnit.NANOSECONDS);
            if (event != null) {
                return Optional.of(event);
            }
            if (failure != null) {
                throw failure;
            }
            if (System.nanoTime() - deadline >= 0) {
                return Optional.empty();
            }
        }
    }

    /** The relay keeps no account of it. */
    @Override
    public void applied() {}

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        breakOff();
    }

    private void run() {
        try {
            while (!closing) {
                try {
                    listen();
                    throw new IOException("the relay has ended the stream");
                } catch (IOException e) {
                    lost(unreachable(e.getMessage() == null ? "the connection broke" : e.getMessage(), e));
                } catch (LockstepException e) {
                    lost(e);
                }
                backoff.pause();
            }
        } catch (InterruptedException e) {
            // Only close() knows this thread.
            closing = true;
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void lost(LockstepException why) throws InterruptedException {
        if (closing) {
            throw new InterruptedException();
        }
        if (!started) {
            throw why;
        }
        events.put(new Lost(why));
    }

    private void listen() throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.stream()).header("Accept", "text/event-stream");
        endpoint.token().ifPresent(token -> request.header("Authorization", "Bearer " + token.reveal()));
        lastId.ifPresent(id -> request.header("Last-Event-ID", id));
        HttpResponse<InputStream> response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream opened = response.body()) {
            body = opened;
            if (response.statusCode() != OK) {
                throw refused(response.statusCode());
            }
            ServerSentEvents read = new ServerSentEvents(opened);
            stream = read;
            for (Optional<ServerSentEvents.Event> event = read.next(); event.isPresent(); event = read.next()) {
                take(event.get());
                lastId = event.get().lastId().or(() -> lastId);
                backoff.reset();
            }
            lastId = read.lastId().or(() -> lastId);
        } finally {
            stream = null;
            body = null;
        }
    }

    private void take(ServerSentEvents.Event event) throws InterruptedException, IOException {
        Map<?, ?> data = event.type().equals("message") ? Map.of() : object(event.data());
        switch (event.type()) {
            case "ready" -> {
                silence = Duration.ofMillis((Long) data.get("heartbeatMs")).multipliedBy(MISSED_HEARTBEATS);
                if (!started) {
                    started = true;
                    UUID epoch = UUID.fromString((String) data.get("epoch"));
                    events.put(new Ready(new LogPosition(epoch, number(data).orElse(0))));
                }
            }
            case "change" -> {
                FileChange change = new FileChange(new RealmUrl((String) data.get("realm")), (String) data.get("path"));
                events.put(new Changed(change, number(data), 0, Optional.empty()));
            }
            case "gap" -> {
                UUID epoch = UUID.fromString(event.lastId().orElseThrow().split(":", 2)[0]);
                LogPosition now = new LogPosition(epoch, number(data).orElse(0));
                events.put(new Resync(reason((String) data.get("reason")), now, Optional.empty()));
            }
            default -> {}
        }
    }

    private static Map<?, ?> object(String json) throws IOException {
        try {
            return (Map<?, ?>) Json.parse(json);
        } catch (LockstepException | ClassCastException e) {
            throw new IOException("what is at that address is no relay's stream", e);
        }
    }

    private static OptionalLong number(Map<?, ?> data) {
        return data.get("seq") == null
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong((String) data.get("seq")));
    }

    /** One that is not known here means no less. */
    private static ResyncReason reason(String label) {
        return Arrays.stream(ResyncReason.values())
                .filter(one -> one.label().equals(label))
                .findFirst()
                .orElse(ResyncReason.OTHER_LOG);
    }

    private LockstepException refused(int status) {
        boolean denied = status == 401 || status == 403;
        return new LockstepException(
                denied ? LockstepException.Kind.FAILED : LockstepException.Kind.UNREACHABLE,
                denied ? "unauthorized" : "no-relay",
                "the relay at " + endpoint.url() + " answers " + status,
                denied ? "it wants a bearer token that it knows" : "its stream is at /events",
                null);
    }

    private LockstepException unreachable(String why, IOException e) {
        return new LockstepException(
                LockstepException.Kind.UNREACHABLE,
                "unreachable",
                "cannot hear the relay at " + endpoint.url() + ": " + why,
                null,
                e);
    }

    /** A connection over which not even signs of life come is a dead one, though nobody has said so. */
    private void breakIfSilent() {
        ServerSentEvents current = stream;
        if (current != null && System.nanoTime() - current.heardAt() > silence.toNanos()) {
            breakOff();
        }
    }

    private void breakOff() {
        InputStream open = body;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // Whoever reads it finds that out.
                return;
            }
        }
    }
}
