package dev.lockstep.cli.relay;

import dev.lockstep.support.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A subscriber as the standard describes one, and no part of lockstep: it reads events of a stream one by one. */
final class EventReader implements AutoCloseable {
    /**
     * One event.
     *
     * @param id the last one there was, as a browser remembers it
     */
    record Event(String id, String type, Map<?, ?> data) {}

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> comments = new LinkedBlockingQueue<>();
    private final InputStream body;
    private final int status;
    private volatile String lastId = "";
    private volatile boolean ended;

    private EventReader(HttpResponse<InputStream> response) {
        status = response.statusCode();
        body = response.body();
        Thread thread = new Thread(this::read, "events");
        thread.setDaemon(true);
        thread.start();
    }

    static EventReader open(HttpClient client, String url, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return new EventReader(client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
    }

    static HttpResponse<String> get(HttpClient client, String url, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The numbers of the next so many changes. */
    List<String> numbers(int count) throws InterruptedException {
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add((String) next("change").get("seq"));
        }
        return numbers;
    }

    int status() {
        return status;
    }

    /** The id that a browser would send when it comes back. */
    String lastId() {
        return lastId;
    }

    boolean hasEnded() {
        return ended;
    }

    Event next() throws InterruptedException {
        return Optional.ofNullable(events.poll(20, TimeUnit.SECONDS))
                .orElseThrow(() -> new AssertionError("no event in 20 s"));
    }

    /** The next event, which is of this type. */
    Map<?, ?> next(String type) throws InterruptedException {
        Event event = next();
        if (!event.type().equals(type)) {
            throw new AssertionError("not " + type + ": " + event);
        }
        return event.data();
    }

    /** The next comment. */
    String comment() throws InterruptedException {
        return Optional.ofNullable(comments.poll(20, TimeUnit.SECONDS))
                .orElseThrow(() -> new AssertionError("no comment in 20 s"));
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            String type = "message";
            StringBuilder data = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(":")) {
                    comments.add(line);
                } else if (line.startsWith("id: ")) {
                    lastId = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    type = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data.append(line.substring(6));
                } else if (line.isEmpty() && data.length() > 0) {
                    events.add(new Event(lastId, type, (Map<?, ?>) Json.parse(data.toString())));
                    data.setLength(0);
                    type = "message";
                }
            }
        } catch (IOException e) {
            // The end of the stream, however it came.
        } finally {
            ended = true;
        }
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
