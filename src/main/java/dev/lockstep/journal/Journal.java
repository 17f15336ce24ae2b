package dev.lockstep.journal;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One consumer's log of the rows of one SQLite table that have changed. What each method does is part of the caller's
 * transaction.
 */
public final class Journal {
    private static final String TEXT_OF = """
            select sql
              from main.sqlite_master
             where name = ?
            """;

    /**
     * What a journal is to note.
     *
     * @param table the table, an ordinary one
     * @param key the columns that identify a row; {@code rowid} may stand for the row's number
     * @param image expressions over the row before the change, which is called {@code old} in them; mostly none
     */
    public record Subject(String table, List<String> key, List<String> image) {
        public Subject {
            key = List.copyOf(key);
            image = List.copyOf(image);
        }
    }

    /**
     * A piece of the log.
     *
     * @param after its entries have a number above this one
     * @param upTo the number of its last entry
     */
    public record Span(long after, long upTo) {
        public boolean isEmpty() {
            return upTo <= after;
        }
    }

    private final Registration registration;

    private Journal(Registration registration) {
        this.registration = registration;
    }

    /**
     * Begins to note what changes. What is in the table already is not noted.
     *
     * @param consumer a name of the reader's choice, the same for all its tables
     * @throws LockstepException usage: there is no such table, or it is none that triggers can be put on; refused: the consumer has a
     *     journal of it already
     * @throws dev.lockstep.db.DbException a column of the key or of the image does not exist
     */
    public static Journal install(Tx tx, String consumer, Subject subject) {
        if (find(tx, consumer, subject.table).isPresent()) {
            throw LockstepException.refused(consumer + " has a journal of " + subject.table + " already", null);
        }
        Registration.schema(tx).ifPresent(tx::execute);
        long id = Registration.freeId(tx);
        NoteTriggers notes = NoteTriggers.of(tx, new Identifier("lockstep_journal_" + id), subject);
        tx.execute(notes.log());
        Map<String, Object> texts = new LinkedHashMap<>();
        for (Map.Entry<String, String> trigger : notes.triggers().entrySet()) {
            tx.execute(trigger.getValue());
            texts.put(trigger.getKey(), tx.only(TEXT_OF, trigger.getKey()).text("sql"));
        }
        Registration.add(tx, id, consumer, subject, texts);
        return find(tx, consumer, subject.table).orElseThrow();
    }

    /** The statements by which {@link #install} would begin to note what changes. Nothing is done. */
    public static List<String> draft(Tx tx, Subject subject) {
        Optional<String> schema = Registration.schema(tx);
        long id = schema.isPresent() ? 1 : Registration.freeId(tx);
        NoteTriggers notes = NoteTriggers.of(tx, new Identifier("lockstep_journal_" + id), subject);
        List<String> statements = new ArrayList<>();
        schema.ifPresent(table -> statements.add(table.strip()));
        statements.add(notes.log());
        statements.addAll(notes.triggers().values());
        return statements;
    }

    /** The consumer's journal of a table. */
    public static Optional<Journal> find(Tx tx, String consumer, String table) {
        return Registration.read(tx, consumer, table).stream().findFirst().map(Journal::new);
    }

    /** All journals of a consumer, in the order in which they were installed. */
    public static List<Journal> all(Tx tx, String consumer) {
        List<Journal> journals = new ArrayList<>();
        for (Registration registration : Registration.read(tx, consumer, null)) {
            journals.add(new Journal(registration));
        }
        return journals;
    }

    /** The names of all who have a journal in this database. */
    public static List<String> consumers(Tx tx) {
        return Registration.consumers(tx);
    }

    public String table() {
        return registration.subject().table();
    }

    /** The columns whose values are {@code k0}, {@code k1} and so on. */
    public List<String> key() {
        return registration.subject().key();
    }

    /** The names of the triggers that fill it. */
    public List<String> triggers() {
        return List.copyOf(registration.triggers().keySet());
    }

    /** What tells this installation from any other. */
    public String epoch() {
        return registration.epoch();
    }

    /** When it was installed, RFC 3339 in UTC. */
    public String since() {
        return registration.since();
    }

    /** Why changes may be missing from the log; empty if it has every change since it was installed. */
    public Optional<String> gap(Tx tx) {
        for (Map.Entry<String, String> trigger : registration.triggers().entrySet()) {
            Optional<Row> live = tx.row(TEXT_OF, trigger.getKey());
            if (live.isEmpty()) {
                return Optional.of("trigger " + trigger.getKey() + " on " + table() + " is gone");
            }
            if (!trigger.getValue().equals(live.get().text("sql"))) {
                return Optional.of("trigger " + trigger.getKey() + " on " + table() + " was changed");
            }
        }
        if (tx.row(TEXT_OF, log().name()).isEmpty()) {
            return Optional.of("table " + log().name() + " is gone");
        }
        return last(tx) < acknowledged(tx)
                ? Optional.of("entries of " + log().name() + " were deleted by another hand")
                : Optional.empty();
    }

    /** All entries that are not acknowledged. */
    public Span pending(Tx tx) {
        return new Span(acknowledged(tx), last(tx));
    }

    /** The first entries that are not acknowledged, at most so many. */
    public Span pending(Tx tx, long most) {
        return pending(tx, 0, most);
    }

    /**
     * The same of a consumer that acknowledges later.
     *
     * @param dealtWith up to this one it has dealt with them
     */
    public Span pending(Tx tx, long dealtWith, long most) {
        long after = Math.max(dealtWith, acknowledged(tx));
        long upTo = tx.only(
                        "select coalesce(max(seq), 0) as seq from (select seq from main." + log()
                                + " where seq > ? order by seq limit ?)",
                        after,
                        most)
                .integer("seq");
        return new Span(after, upTo);
    }

    /** How many different keys a span has. */
    public long count(Tx tx, Span span) {
        return tx.only("select count(*) from " + keys(span)).integer(0);
    }

    /** Hands over each key of a span once, its values in columns 0, 1 and so on, holding few of them in memory. */
    public void each(Tx tx, Span span, Consumer<Row> sink) {
        tx.each("select * from " + keys(span), sink);
    }

    /** The different keys of a span, as a subquery in parentheses with the columns {@code k0}, {@code k1} and so on. */
    public String keys(Span span) {
        return "(select distinct " + columns("k", registration.subject().key().size()) + within(span) + ")";
    }

    /**
     * For each key of a span, the row at the span's beginning, as a subquery in parentheses: {@code k0}, {@code k1} and so on,
     * {@code had} (0: there was no such row), {@code o0}, {@code o1} and so on for the image.
     */
    public String images(Span span) {
        String keys = columns("k", registration.subject().key().size());
        String all =
                keys + ", had, " + columns("o", registration.subject().image().size());
        // Of a group with one min() SQLite takes the other columns from the row that has it.
        return "(select " + all + " from (select " + all + ", min(seq)" + within(span) + " group by " + keys + "))";
    }

    private String within(Span span) {
        return " from main." + log() + " where seq > " + span.after + " and seq <= " + span.upTo;
    }

    /**
     * Forgets the entries up to the end of a span, which the consumer has dealt with for good. To do it again does nothing.
     *
     * @throws LockstepException refused: the journal was removed, or installed anew, since it was read
     */
    public void acknowledge(Tx tx, Span span) {
        if (!registration.acknowledge(tx, span.upTo)) {
            throw gone();
        }
        tx.update(
                "delete from main." + log() + " where seq <= ? and seq < (select max(seq) from main." + log() + ")",
                span.upTo);
    }

    /** Ends it: triggers, log and registration go, as far as they are there. */
    public void remove(Tx tx) {
        registration
                .triggers()
                .keySet()
                .forEach(name -> tx.execute("drop trigger if exists main." + new Identifier(name)));
        tx.execute("drop table if exists main." + log());
        registration.remove(tx);
    }

    private Identifier log() {
        return new Identifier("lockstep_journal_" + registration.id());
    }

    private long last(Tx tx) {
        return tx.only("select coalesce(max(seq), 0) from main." + log()).integer(0);
    }

    private long acknowledged(Tx tx) {
        return registration.acknowledged(tx).orElseThrow(this::gone);
    }

    private LockstepException gone() {
        return LockstepException.refused("the journal of " + table() + " is not there any more", null);
    }

    static String columns(String prefix, int count) {
        StringBuilder columns = new StringBuilder();
        for (int i = 0; i < count; i++) {
            columns.append(i == 0 ? "" : ", ").append(prefix).append(i);
        }
        return columns.toString();
    }
}
