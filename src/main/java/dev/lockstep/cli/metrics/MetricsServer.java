package dev.lockstep.cli.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.lockstep.cli.option.ListenAddress;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves {@code /metrics} and {@code /healthz}, to whoever may reach the address. */
final class MetricsServer implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int UNAVAILABLE = 503;
    private static final String PLAIN = "text/plain; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService threads;

    private MetricsServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /** @throws LockstepException usage: nothing can be served there, for the address is taken, or not this machine's */
    static MetricsServer start(InetSocketAddress address, MetricsText text, Health health) {
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw LockstepException.usage(
                    "cannot serve metrics at " + ListenAddress.text(address) + ": " + FileError.reason(e),
                    "choose another port; 0 is any that is free");
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, work -> {
            Thread thread = new Thread(work, "metrics");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, text, health));
        server.start();
        return new MetricsServer(server, threads);
    }

    InetSocketAddress address() {
        return server.getAddress();
    }

    private static void answer(HttpExchange exchange, MetricsText text, Health health) throws IOException {
        try (exchange) {
            boolean reads = exchange.getRequestMethod().equals("GET")
                    || exchange.getRequestMethod().equals("HEAD");
            if (!reads) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                send(exchange, NOT_ALLOWED, PLAIN, "only GET and HEAD\n");
                return;
            }
            switch (exchange.getRequestURI().getPath()) {
                case "/metrics" -> {
                    String accept = exchange.getRequestHeaders().getFirst("Accept");
                    ByteArrayOutputStream body = new ByteArrayOutputStream();
                    text.write(body, accept);
                    send(exchange, OK, MetricsText.contentType(accept), body.toString(StandardCharsets.UTF_8));
                }
                case "/healthz" -> {
                    Optional<String> trouble = health.trouble();
                    send(exchange, trouble.isEmpty() ? OK : UNAVAILABLE, PLAIN, trouble.orElse("ok") + "\n");
                }
                default -> send(exchange, NOT_FOUND, PLAIN, "there are /metrics and /healthz\n");
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
