package dev.lockstep.fts;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The process that deferred.
 *
 * @param host the name of its machine
 * @param pid its process id there
 * @param boot what tells one boot of that machine from the next; empty where the system does not say
 * @param started when it started, in milliseconds of the epoch by that machine's clock; 0 if unknown. It tells two
 *     processes apart that were given the same id.
 */
public record Owner(String host, long pid, String boot, long started) {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    /** Two readings of one process's start may differ when the clock was set in between. */
    private static final Duration SAME_START = Duration.ofSeconds(5);

    /** Asked of the system once: each question costs a walk through /proc. */
    private static final class Self {
        private static final Owner OWNER = read(ProcessHandle.current());

        private static Owner read(ProcessHandle self) {
            return new Owner(hostName(), self.pid(), line(BOOT_ID).orElse(""), start(self));
        }
    }

    /** This process. */
    public static Owner ofProcess() {
        return Self.OWNER;
    }

    /**
     * Whether the process is seen to be alive. A process on another machine is not: nobody can ask it, and a restore under
     * its feet costs it speed, not data.
     */
    public boolean isAlive() {
        Owner here = ofProcess();
        return host.equals(here.host)
                && boot.equals(here.boot)
                && ProcessHandle.of(pid)
                        .filter(ProcessHandle::isAlive)
                        .filter(process -> started == 0 || Math.abs(start(process) - started) <= SAME_START.toMillis())
                        .isPresent();
    }

    /** {@code pid 4711 on db9}, for messages. */
    public String describe() {
        return "pid " + pid + " on " + host;
    }

    Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("host", host);
        tree.put("pid", pid);
        tree.put("boot", boot);
        tree.put("started", started);
        return tree;
    }

    /** The owner that a tree tells of; empty if it tells of none. */
    static Optional<Owner> ofTree(Object tree) {
        if (tree instanceof Map<?, ?> map
                && map.get("host") instanceof String host
                && map.get("pid") instanceof Long pid
                && map.get("boot") instanceof String boot
                && map.get("started") instanceof Long started) {
            return Optional.of(new Owner(host, pid, boot, started));
        }
        return Optional.empty();
    }

    private static long start(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    private static String hostName() {
        return line(HOST_NAME).orElseGet(() -> {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "localhost";
            }
        });
    }

    private static Optional<String> line(Path file) {
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
