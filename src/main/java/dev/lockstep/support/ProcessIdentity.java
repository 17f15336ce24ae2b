package dev.lockstep.support;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process, told apart from every other: also from those that are given its id once it has ended.
 *
 * @param host the name of its machine
 * @param pid its process id there
 * @param boot what tells one boot of that machine from the next; empty where the system does not say
 * @param started when it started, in milliseconds of the epoch by that machine's clock; 0 if unknown
 */
public record ProcessIdentity(String host, long pid, String boot, long started) {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    /** Two readings of one process's start may differ when the clock was set in between. */
    private static final Duration SAME_START = Duration.ofSeconds(5);

    private static final Pattern TEXT =
            Pattern.compile("pid ([0-9]{1,18}) on (.+?)(?:, boot ([^, ]*), started ([0-9]{1,18}))?", Pattern.DOTALL);

    /** Asked of the system once: each question costs a walk through /proc. */
    private static final class Self {
        private static final ProcessIdentity SELF = read(ProcessHandle.current());

        private static ProcessIdentity read(ProcessHandle self) {
            return new ProcessIdentity(hostName(), self.pid(), line(BOOT_ID).orElse(""), start(self));
        }
    }

    /** This process. */
    public static ProcessIdentity ofProcess() {
        return Self.SELF;
    }

    /**
     * Whether the process is seen to be alive. One on another machine is not: nobody can ask it. What it holds must
     * therefore be such that to take it away costs it speed, not data.
     */
    public boolean isAlive() {
        ProcessIdentity here = ofProcess();
        return host.equals(here.host)
                && boot.equals(here.boot)
                && process()
                        .filter(process -> started == 0 || Math.abs(start(process) - started) <= tolerance())
                        .isPresent();
    }

    /**
     * The same for a process of which, perhaps, only host and id are known: one that started after what it is said to
     * have done is another that was given the id.
     *
     * @param acted when the process did what it is asked about for
     */
    public boolean isAliveSince(Instant acted) {
        return (started != 0 || !boot.isEmpty())
                ? isAlive()
                : host.equals(ofProcess().host)
                        && process()
                                .filter(process -> start(process) <= acted.toEpochMilli() + tolerance())
                                .isPresent();
    }

    private Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    }

    private static long tolerance() {
        return SAME_START.toMillis();
    }

    /** {@code pid 4711 on db9}, for messages. */
    public String describe() {
        return "pid " + pid + " on " + host;
    }

    /** The process of such a line as {@link #ofText} reads, for messages; of any other line, the line. */
    public static String describe(String text) {
        return ofText(text).map(ProcessIdentity::describe).orElse(text);
    }

    /** The whole as one line, which {@link #ofText} reads: what {@link #describe} says, boot and start. */
    public String toText() {
        return describe() + ", boot " + boot + ", started " + started;
    }

    /**
     * The process that a line of {@link #toText} or {@link #describe} tells of; of the latter boot and start are not
     * known. Empty if the line is anything else.
     */
    public static Optional<ProcessIdentity> ofText(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        boolean whole = matcher.group(3) != null;
        return Optional.of(new ProcessIdentity(
                matcher.group(2),
                Long.parseLong(matcher.group(1)),
                whole ? matcher.group(3) : "",
                whole ? Long.parseLong(matcher.group(4)) : 0));
    }

    /** The same as fields of a JSON object. */
    public Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("host", host);
        tree.put("pid", pid);
        tree.put("boot", boot);
        tree.put("started", started);
        return tree;
    }

    /** The process that a tree tells of; empty if it tells of none. */
    public static Optional<ProcessIdentity> ofTree(Object tree) {
        if (tree instanceof Map<?, ?> map
                && map.get("host") instanceof String host
                && map.get("pid") instanceof Long pid
                && map.get("boot") instanceof String boot
                && map.get("started") instanceof Long started) {
            return Optional.of(new ProcessIdentity(host, pid, boot, started));
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
