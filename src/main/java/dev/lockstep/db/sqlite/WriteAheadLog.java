package dev.lockstep.db.sqlite;

import dev.lockstep.db.Db;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/** The write-ahead log that SQLite keeps beside a database: how large it is, and how its room is given back. */
public final class WriteAheadLog {
    /** Twice what SQLite itself lets the log grow to between two of its own clearings. */
    private static final long LARGE = 8 << 20;

    private static final Duration READERS_ARE_GIVEN = Duration.ofSeconds(1);

    private WriteAheadLog() {}

    /**
     * Takes what a large transaction has left in the write-ahead log over into the database, and gives the log's room back.
     *
     * @return the bytes that the log keeps because somebody still reads what was before; 0 if it keeps next to nothing
     */
    public static long shrink(Db db) {
        boolean isLarge =
                db.autocommit(tx -> tx.only("pragma wal_checkpoint(passive)").integer(1) * pageSize(tx) >= LARGE);
        if (!isLarge) {
            return 0;
        }
        Row emptied = db.waitingAtMost(READERS_ARE_GIVEN, tx -> tx.only("pragma wal_checkpoint(truncate)"));
        return emptied.integer(0) == 0 ? 0 : emptied.integer(1) * db.autocommit(WriteAheadLog::pageSize);
    }

    private static long pageSize(Tx tx) {
        return tx.only("pragma page_size").integer(0);
    }

    /**
     * How many bytes the write-ahead log of a database has; 0 if there is none. Its directory entry tells: the file is SQLite's to
     * open.
     */
    public static long size(Path file) {
        try {
            Path real = file.toRealPath();
            return Files.size(real.resolveSibling(real.getFileName() + "-wal"));
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw LockstepException.usage("not readable: " + file + ": " + FileError.reason(e), null);
        }
    }
}
