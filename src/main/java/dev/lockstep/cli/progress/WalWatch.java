package dev.lockstep.cli.progress;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.db.sqlite.WriteAheadLog;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The write-ahead log of a source that is read in one transaction: what others write meanwhile stays in it, because SQLite
 * cannot empty it before the reader ends.
 */
public final class WalWatch {
    private static final long MEGABYTE = 1 << 20;

    /** Sixteen times what SQLite itself lets the log grow to between two of its own clearings. */
    private static final long MUCH = 64 * MEGABYTE;

    private final Output output;
    private final Path file;
    private final String advice;
    private final long before;
    private long bytes;
    private boolean warned;

    /**
     * Looks at it before the reading begins.
     *
     * @param advice to whoever does not want it to grow
     */
    public WalWatch(Invocation call, String advice) {
        this.output = call.output();
        this.file = Invocation.file(call.sqliteFile());
        this.advice = advice;
        this.before = WriteAheadLog.size(file);
        this.bytes = before;
    }

    /** Looks at it while the reading goes on, and warns once it has grown by much. */
    public void look() {
        bytes = WriteAheadLog.size(file);
        if (grown() >= MUCH && !warned) {
            warned = true;
            output.warn("wal-growth", grew() + ", and cannot be emptied before the reading ends; " + advice);
        }
    }

    private long grown() {
        return Math.max(0, bytes - before);
    }

    private String grew() {
        return "the source's write-ahead log has grown by " + grown() / MEGABYTE + " MB, to " + bytes / MEGABYTE
                + " MB, while it was read";
    }

    /** How it stood at the last look; for {@code data.wal}. */
    public Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("bytes", bytes);
        tree.put("grownBytes", grown());
        return tree;
    }

    /** The same for people, if it is worth a line. */
    public List<String> lines() {
        return grown() < MEGABYTE ? List.of() : List.of(grew());
    }
}
