package dev.lockstep.journal;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.journal.Journal.Subject;
import dev.lockstep.support.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A row of {@code lockstep_journal}: that there is a journal, of what, and how far its consumer is. The table comes with the
 * first and goes with the last.
 *
 * @param id what the names of the log and of the triggers end in
 * @param epoch what tells this installation from any other, of the same number too
 * @param since when it was installed, RFC 3339 in UTC
 * @param triggers the names of the triggers that fill the log, with their texts as SQLite keeps them
 */
record Registration(long id, String epoch, String since, Subject subject, Map<String, String> triggers) {
    private static final String HAS_TABLE = """
            select 1
              from main.sqlite_master
             where type = 'table'
               and name = 'lockstep_journal'
            """;

    private static final String READ = """
            select id, tbl, epoch, key_json, image_json, triggers_json, since
                from main.lockstep_journal
             where consumer = ?
               and tbl = coalesce(?, tbl)
             order by id
            """;

    private static final String CONSUMERS = """
            select distinct consumer
              from main.lockstep_journal
             order by consumer
            """;

    private static final String FREE_ID = """
            select 1 + max(coalesce((select max(id) from main.lockstep_journal), 0),
                           coalesce((select max(cast(substr(name, 18) as integer))
                                       from main.sqlite_master
                                      where name glob 'lockstep_journal_[0-9]*'), 0)) as id
            """;

    private static final String ADD = """
            insert into main.lockstep_journal
                   (id, consumer, tbl, epoch, key_json, image_json, triggers_json, acknowledged, since)
            values (?, ?, ?, lower(hex(randomblob(16))), ?, ?, ?, 0, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
            """;

    private static final String ACKNOWLEDGED = """
            select acknowledged
              from main.lockstep_journal
             where id = ?
               and epoch = ?
            """;

    private static final String ACKNOWLEDGE = """
            update main.lockstep_journal
               set acknowledged = max(acknowledged, ?)
             where id = ?
               and epoch = ?
            """;

    private static final String REMOVE = """
            delete from main.lockstep_journal
             where id = ?
               and epoch = ?
            """;

    private static final String IS_EMPTY = """
            select not exists (select 1 from main.lockstep_journal)
            """;

    /**
     * Those of a consumer, in the order in which they were added.
     *
     * @param table null for all
     */
    static List<Registration> read(Tx tx, String consumer, String table) {
        List<Registration> registrations = new ArrayList<>();
        if (hasTable(tx)) {
            for (Row row : tx.rows(READ, consumer, table)) {
                registrations.add(of(row));
            }
        }
        return registrations;
    }

    /** The names of all who have one. */
    static List<String> consumers(Tx tx) {
        List<String> consumers = new ArrayList<>();
        if (hasTable(tx)) {
            tx.each(CONSUMERS, row -> consumers.add(row.text("consumer")));
        }
        return consumers;
    }

    /** The statements that make the table; empty if it is there. */
    static Optional<String> schema(Tx tx) {
        if (hasTable(tx)) {
            return Optional.empty();
        }
        try (InputStream in = Registration.class.getResourceAsStream("schema.sql")) {
            return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A number that no journal has, nor a table that a journal left behind; the table has to be there. */
    static long freeId(Tx tx) {
        return tx.only(FREE_ID).integer("id");
    }

    static void add(Tx tx, long id, String consumer, Subject subject, Map<String, Object> triggers) {
        tx.update(
                ADD,
                id,
                consumer,
                subject.table(),
                Json.write(subject.key()),
                Json.write(subject.image()),
                Json.write(triggers));
    }

    /** The number of the last entry that its consumer has dealt with; empty if it is not registered any more. */
    Optional<Long> acknowledged(Tx tx) {
        return tx.row(ACKNOWLEDGED, id, epoch).map(row -> row.integer("acknowledged"));
    }

    /** Notes how far its consumer is. @return whether it is registered still */
    boolean acknowledge(Tx tx, long upTo) {
        return tx.update(ACKNOWLEDGE, upTo, id, epoch) == 1;
    }

    void remove(Tx tx) {
        tx.update(REMOVE, id, epoch);
        if (tx.only(IS_EMPTY).integer(0) == 1) {
            tx.execute("drop table main.lockstep_journal");
        }
    }

    private static boolean hasTable(Tx tx) {
        return !tx.rows(HAS_TABLE).isEmpty();
    }

    private static Registration of(Row row) {
        Map<String, String> triggers = new LinkedHashMap<>();
        ((Map<?, ?>) Json.parse(row.text("triggers_json")))
                .forEach((name, sql) -> triggers.put((String) name, (String) sql));
        Subject subject = new Subject(row.text("tbl"), texts(row.text("key_json")), texts(row.text("image_json")));
        return new Registration(row.integer("id"), row.text("epoch"), row.text("since"), subject, triggers);
    }

    private static List<String> texts(String json) {
        List<String> texts = new ArrayList<>();
        ((List<?>) Json.parse(json)).forEach(text -> texts.add((String) text));
        return texts;
    }
}
