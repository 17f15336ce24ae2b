package dev.lockstep.cli.relay;

import dev.lockstep.support.Json;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A relay of this process, and those who subscribe to it. */
record RunningRelay(RunningLockstep command, String url) implements AutoCloseable {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    static RunningRelay of(TestDatabase database, String... options) {
        List<String> arguments = new ArrayList<>(List.of("realm", "relay", "-o", "jsonl"));
        if (!List.of(options).contains("--listen")) {
            arguments.addAll(List.of("--listen", "127.0.0.1:0"));
        }
        arguments.addAll(List.of(options));
        RunningLockstep command =
                RunningLockstep.start(Map.of("LOCKSTEP_PG", database.url()), arguments.toArray(String[]::new));
        command.awaitStdout("\n");
        String ready = command.stdout().lines().findFirst().orElseThrow();
        return new RunningRelay(command, (String) ((Map<?, ?>) Json.parse(ready)).get("url"));
    }

    /** Somebody who comes for the first time, and hears from now on. */
    EventReader subscriber() throws IOException, InterruptedException {
        EventReader reader = EventReader.open(CLIENT, url);
        reader.next("ready");
        return reader;
    }

    /** Somebody who was here before. */
    EventReader back(String id) throws IOException, InterruptedException {
        return EventReader.open(CLIENT, url, "Last-Event-ID", id);
    }

    EventReader open(String query, String... headers) throws IOException, InterruptedException {
        return EventReader.open(CLIENT, url + query, headers);
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return EventReader.get(CLIENT, url.replace("/events", path), headers);
    }

    LockstepRun stopped() {
        command.close();
        return command.ended();
    }

    @Override
    public void close() {
        command.close();
    }
}
