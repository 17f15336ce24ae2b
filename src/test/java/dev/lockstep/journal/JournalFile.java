package dev.lockstep.journal;

import dev.lockstep.db.Db;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles.Access;
import dev.lockstep.journal.Journal.Span;
import dev.lockstep.journal.Journal.Subject;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.TestSqlite;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A SQLite file whose changes one reader has noted; each call is a transaction of its own. */
record JournalFile(Path file) {
    static final String READER = "a reader";

    static JournalFile create(Path dir, String... statements) throws SQLException {
        return new JournalFile(TestSqlite.create(dir.resolve("data.db"), statements));
    }

    void write(String... statements) throws SQLException {
        TestSqlite.create(file, statements);
    }

    <T> T with(Function<Tx, T> work) {
        Databases databases = new Databases(new Environment(Map.of()));
        try (Db db = databases.sqlite(file, Access.WRITE, Duration.ofSeconds(10))) {
            return db.transact(work);
        }
    }

    void install(String table, List<String> key, String... image) {
        with(tx -> Journal.install(tx, READER, new Subject(table, key, List.of(image))));
    }

    List<String> pending(String table) {
        return with(tx -> {
            Journal journal = Journal.find(tx, READER, table).orElseThrow();
            List<String> keys = new ArrayList<>();
            journal.each(tx, journal.pending(tx), row -> keys.add(key(row)));
            return keys;
        });
    }

    /** A key with the types of its values. */
    static String key(Row row) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < row.width(); i++) {
            Object value = row.value(i);
            values.add(
                    switch (value == null ? "null" : value.getClass().getSimpleName()) {
                        case "null" -> "null";
                        case "byte[]" -> "x" + new String((byte[]) value, StandardCharsets.ISO_8859_1);
                        case "String" -> "'" + value + "'";
                        default -> value.toString();
                    });
        }
        return String.join(",", values);
    }

    Optional<String> gap() {
        return with(tx -> Journal.find(tx, READER, "t").orElseThrow().gap(tx));
    }

    Optional<TableKey> keyOf(String table) {
        return with(tx -> TableKey.of(tx, table));
    }

    Span acknowledge(String table) {
        return with(tx -> {
            Journal journal = Journal.find(tx, READER, table).orElseThrow();
            Span span = journal.pending(tx);
            journal.acknowledge(tx, span);
            return span;
        });
    }
}
