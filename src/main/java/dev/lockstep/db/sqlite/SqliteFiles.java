package dev.lockstep.db.sqlite;

import dev.lockstep.db.Connector;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.sqlite.BusyHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteOpenMode;

/**
 * Opens SQLite files: never creating one, never through Java I/O while a connection is open (closing any other
 * descriptor of the file would drop SQLite's POSIX locks), with every character of the file's name meant literally.
 */
public final class SqliteFiles {
    /** What a connection may do; a reader cannot write even by mistake. */
    public enum Access {
        READ,
        /** {@link #READ}, of a database with a damaged schema too: entries that SQLite cannot make sense of are passed over. */
        SALVAGE,
        WRITE
    }

    /** Reads the schema, and how many bytes the database has. */
    private static final String LOOK = """
            select (select count(*) from sqlite_master) as entries, page_count * page_size as bytes
              from pragma_page_count, pragma_page_size
            """;

    private static final List<String> SHARED = List.of(
            "nfs",
            "nfs4",
            "cifs",
            "smb2",
            "smb3",
            "smbfs",
            "9p",
            "afs",
            "ceph",
            "glusterfs",
            "lustre",
            "sshfs",
            "vboxsf");

    private SqliteFiles() {}

    public static Db open(Path file, Access access, Duration busyTimeout, UnaryOperator<Connector> around) {
        return open(file, access, busyTimeout, List.of(), around);
    }

    /**
     * Opens a file that exists.
     *
     * @param busyTimeout how long a statement waits for another process's lock
     * @param extensions libraries that give the connection what an application's SQLite has; no statement can load another
     * @throws LockstepException usage: there is no such file, or it is no SQLite database, or a library cannot be loaded; refused: it
     *     is damaged
     */
    public static Db open(
            Path file, Access access, Duration busyTimeout, List<Path> extensions, UnaryOperator<Connector> around) {
        check(file);
        extensions.forEach(SqliteExtension::check);
        SQLiteConfig config = new SQLiteConfig();
        // The driver lets in one thread at a time; without SQLite's own mutex a large scan costs a fifth less.
        config.setOpenMode(SQLiteOpenMode.NOMUTEX);
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        config.setReadOnly(access != Access.WRITE);
        config.setBusyTimeout(Math.toIntExact(busyTimeout.toMillis()));
        BusyWait wait = new BusyWait(busyTimeout);
        Connector connector = around.apply(
                () -> waiting(wait, SqliteExtension.loaded(config.createConnection(url(file)), extensions)));
        try {
            Db db = new Db(connector, connection -> new SqliteDriver(connection, wait));
            try {
                look(db, file, access);
                return db;
            } catch (DbException e) {
                try {
                    db.close();
                } catch (DbException suppressed) {
                    e.addSuppressed(suppressed);
                }
                throw e;
            }
        } catch (SQLException e) {
            throw SqliteErrors.opening(file, SqliteErrors.of(e));
        }
    }

    /** The same connection. Not before it is open: what the driver does then waits by the configuration. */
    private static Connection waiting(BusyWait wait, Connection connection) throws SQLException {
        try {
            BusyHandler.setHandler(connection, wait);
            return connection;
        } catch (SQLException e) {
            Connector.closeAfter(e, connection);
            throw e;
        }
    }

    /**
     * SQLite itself notices missing pages, but reads the page in which a file ends as if zeros followed: rows without values,
     * in a table that is as long as before.
     */
    private static void look(Db db, Path file, Access access) {
        long lacking;
        try {
            lacking = lacking(db, file);
        } catch (DbException e) {
            if (access != Access.SALVAGE || e.reason() != DbException.Reason.CORRUPT) {
                throw SqliteErrors.opening(file, e);
            }
            SqliteSalvage.begin(db, file, e);
            lacking = lacking(db, file);
        }
        if (lacking > 0) {
            throw new DbException(
                    DbException.Reason.CORRUPT,
                    SQLiteErrorCode.SQLITE_CORRUPT.name(),
                    "damaged database: " + file + " is cut off: its last " + lacking + " bytes are missing",
                    "copy it again; sqlite3's .backup does that while it is in use",
                    null);
        }
    }

    private static long lacking(Db db, Path file) {
        long lacking = db.autocommit(tx -> lacking(tx, file));
        // Only in a transaction can nobody make the database smaller between two looks.
        return lacking > 0 ? db.read(tx -> lacking(tx, file)) : lacking;
    }

    /** How many bytes of the database the file does not have; what is in a write-ahead log is not missing. */
    private static long lacking(Tx tx, Path file) {
        long bytes = tx.only(LOOK).integer("bytes");
        return size(file.resolveSibling(file.getFileName() + "-wal")) > 0 ? 0 : bytes - size(file);
    }

    private static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw LockstepException.usage("not readable: " + file + ": " + FileError.reason(e), null);
        }
    }

    /**
     * Makes a new file, and opens it.
     *
     * @throws LockstepException refused: there is a file of that name
     */
    public static Db create(Path file, UnaryOperator<Connector> around) {
        if (Files.exists(file)) {
            throw LockstepException.refused("there is a file already: " + file, null);
        }
        SQLiteConfig config = new SQLiteConfig();
        try {
            return new Db(around.apply(() -> config.createConnection(url(file))), SqliteDriver::new);
        } catch (SQLException e) {
            throw SqliteErrors.opening(file, SqliteErrors.of(e));
        }
    }

    /** A database in memory, of this connection alone. */
    public static Db scratch(UnaryOperator<Connector> around) {
        try {
            return new Db(
                    around.apply(() -> new SQLiteConfig().createConnection("jdbc:sqlite::memory:")), SqliteDriver::new);
        } catch (SQLException e) {
            throw SqliteErrors.of(e);
        }
    }

    /** See {@link Databases#copyOf}. */
    public static Db copyOf(Db db, UnaryOperator<Connector> around) {
        Path copy;
        try {
            copy = Files.createTempDirectory("lockstep-").resolve("snapshot.db");
        } catch (IOException e) {
            throw noRoom(e);
        }
        try {
            db.autocommit(tx -> tx.update("vacuum main into ?", copy.toString()));
            Db opened = open(copy, Access.READ, Duration.ZERO, around);
            remove(copy);
            return opened;
        } catch (LockstepException e) {
            try {
                remove(copy);
            } catch (LockstepException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** What is open stays readable without a name. */
    private static void remove(Path copy) {
        try {
            Files.deleteIfExists(copy);
            Files.deleteIfExists(copy.resolveSibling(copy.getFileName() + "-journal"));
            Files.deleteIfExists(copy.getParent());
        } catch (IOException e) {
            throw noRoom(e);
        }
    }

    private static LockstepException noRoom(IOException e) {
        return new LockstepException(
                "cannot make a copy of the database: " + FileError.reason(e),
                "it goes to " + System.getProperty("java.io.tmpdir"));
    }

    /**
     * The kind of the file system, if an open database in WAL mode is on one that machines share: its readers and writers
     * find each other through shared memory, which they have on one machine only.
     *
     * @return empty also where that cannot be told
     */
    public static Optional<String> sharedFileSystem(Path file) {
        if (!Files.exists(file.resolveSibling(file.getFileName() + "-shm"))) {
            return Optional.empty();
        }
        try {
            String type = Files.getFileStore(file).type();
            return isShared(type) ? Optional.of(type) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** @param type as the mount table calls it */
    static boolean isShared(String type) {
        return SHARED.contains(type.startsWith("fuse.") ? type.substring("fuse.".length()) : type);
    }

    /** A URI, in which every character of the name is meant literally. */
    private static String url(Path file) {
        return "jdbc:sqlite:file:" + file.toUri().getRawPath();
    }

    private static void check(Path file) {
        String hint = "lockstep opens databases that exist; it never creates one";
        if (!Files.exists(file)) {
            throw LockstepException.usage("no such file: " + file, hint);
        }
        if (!Files.isRegularFile(file)) {
            throw LockstepException.usage("not a file: " + file, hint);
        }
        if (!Files.isReadable(file)) {
            throw LockstepException.usage("not readable: " + file, null);
        }
        if (size(file) == 0) {
            throw LockstepException.usage("an empty file is not a SQLite database: " + file, hint);
        }
    }
}
