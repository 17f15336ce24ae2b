package dev.lockstep.cli.metrics;

import dev.lockstep.support.Environment;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * systemd, if it has started us and wants to hear (sd_notify(3)). Java has no datagrams on Unix sockets, so {@code systemd-notify}
 * sends them: the unit needs {@code NotifyAccess=all}.
 */
final class ServiceManager {
    private static final int PATIENCE_SECONDS = 10;

    private final boolean listens;
    private final Optional<Duration> watchdog;

    private ServiceManager(boolean listens, Optional<Duration> watchdog) {
        this.listens = listens;
        this.watchdog = watchdog;
    }

    static ServiceManager of(Environment environment) {
        Optional<Duration> limit = environment
                .get("WATCHDOG_USEC")
                .filter(text -> text.matches("[1-9]\\d{0,17}"))
                .map(text -> Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(Long.parseLong(text))));
        return new ServiceManager(environment.get("NOTIFY_SOCKET").isPresent(), limit);
    }

    /** How often it wants a sign of life, if it does: twice in the time after which it acts. */
    Optional<Duration> interval() {
        return listens ? watchdog.map(limit -> limit.dividedBy(2)) : Optional.empty();
    }

    /** Everything that was to be made ready is. */
    void ready(String status) {
        tell("READY=1", "STATUS=" + status);
    }

    void alive() {
        tell("WATCHDOG=1");
    }

    void stopping() {
        tell("STOPPING=1");
    }

    /** Whoever cannot tell is found out by systemd itself. */
    private void tell(String... words) {
        if (!listens) {
            return;
        }
        List<String> command = new ArrayList<>(List.of("systemd-notify"));
        command.addAll(List.of(words));
        try {
            Process notify = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!notify.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                notify.destroyForcibly();
            }
        } catch (IOException e) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
