package dev.lockstep.fts.ledger;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.schema.SchemaFingerprint;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One entry of a {@link DeferralLedger}: triggers that were deferred.
 *
 * @param indexes the FTS5 tables that nothing keeps meanwhile
 * @param triggers what to put back; empty if the entry is damaged
 * @param fingerprint how the tables looked then; whoever deferred may not have noted it
 * @param circumstances who, when and why, as far as noted
 * @param health whether it can be acted on
 * @param journals for each index whose changed rows are noted, by folded name, the epoch of the journal
 */
public record LedgerEntry(
        List<String> indexes,
        List<StoredTrigger> triggers,
        Optional<SchemaFingerprint> fingerprint,
        Circumstances circumstances,
        Health health,
        Map<String, String> journals) {
    /** Whether an entry says what it has to say. */
    public enum Health {
        SOUND,
        /** The triggers are stored, but nothing says that they are deferred; half of an entry that somebody cut in two. */
        UNFLAGGED,
        /** Something says that triggers are deferred, and they are stored nowhere. */
        LOST,
        /** What is stored cannot be read as triggers. */
        UNREADABLE,
        /** What is stored is not what lockstep stored. */
        EDITED,
        /** Something unreadable is where triggers are stored, and nothing says that any are deferred. */
        SCRAP
    }

    /**
     * A trigger's text and its place among the others.
     *
     * @param position its rowid in sqlite_master: SQLite fires triggers in an order that follows from it
     * @param older the names of the triggers on its table that were made before it; empty if whoever stored it did not say
     */
    public record StoredTrigger(long position, TriggerStatement trigger, Optional<List<String>> older) {
        private static final long BEHIND_ALL = Long.MAX_VALUE / 2;

        public StoredTrigger(long position, TriggerStatement trigger) {
            this(position, trigger, Optional.empty());
        }

        public String name() {
            return trigger.name();
        }

        public String sql() {
            return trigger.sql();
        }

        /** The array's element that CADT has: a name and a text. */
        Map<String, Object> toTree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("name", name());
            tree.put("sql", sql());
            return tree;
        }

        /**
         * Reads such an array. Elements that do not say their position come behind all others, in the array's order.
         *
         * @throws LockstepException refused: it is anything else than an array of triggers under their names
         */
        static List<StoredTrigger> parse(String json) {
            List<StoredTrigger> triggers = new ArrayList<>();
            if (!(tree(json) instanceof List<?> elements)) {
                throw LockstepException.refused("not an array of triggers", null);
            }
            for (Object element : elements) {
                if (!(element instanceof Map<?, ?> map)
                        || !(map.get("name") instanceof String name)
                        || !(map.get("sql") instanceof String sql)) {
                    throw LockstepException.refused("a stored trigger without name and sql", null);
                }
                TriggerStatement trigger = TriggerStatement.parse(sql);
                if (!SqlToken.fold(trigger.name()).equals(SqlToken.fold(name))) {
                    throw LockstepException.refused("stored as " + name + ": " + TriggerStatement.brief(sql), null);
                }
                long position = map.get("position") instanceof Long at ? at : BEHIND_ALL + triggers.size();
                triggers.add(new StoredTrigger(position, trigger, names(map.get("older"))));
            }
            return triggers;
        }

        private static Optional<List<String>> names(Object array) {
            return array instanceof List<?> elements
                    ? Optional.of(elements.stream().map(String::valueOf).toList())
                    : Optional.empty();
        }

        private static Object tree(String json) {
            try {
                return Json.parse(json);
            } catch (LockstepException e) {
                throw LockstepException.refused("not JSON: " + e.getMessage(), null);
            }
        }
    }

    /**
     * Who deferred, when, why, and for how long.
     *
     * @param owners the processes for which it is, in the order in which they came
     * @param since when, RFC 3339 in UTC by the database's clock
     * @param note what was said about it
     * @param until from when on anybody may restore, whoever still runs; empty for never
     */
    public record Circumstances(
            List<ProcessIdentity> owners, Optional<String> since, Optional<String> note, Optional<String> until) {
        public static final Circumstances UNKNOWN =
                new Circumstances(List.of(), Optional.empty(), Optional.empty(), Optional.empty());

        private static final String NOW = "select strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
        private static final String LATER = "select strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?)";

        public Circumstances {
            owners = List.copyOf(owners);
        }

        public static Circumstances now(Tx tx, ProcessIdentity owner, Optional<String> note, Optional<Duration> lease) {
            return new Circumstances(
                    List.of(owner), Optional.of(tx.only(NOW).text(0)), note, lease.map(length -> tx.only(
                                    LATER, "+" + length.toMillis() / 1000.0 + " seconds")
                            .text(0)));
        }

        /** Who is to be asked about it: the first that is alive, or the first. */
        public Optional<ProcessIdentity> owner() {
            return owners.stream().filter(ProcessIdentity::isAlive).findFirst().or(() -> owners.stream()
                    .findFirst());
        }

        /** Those that still run and may still claim it. */
        List<ProcessIdentity> holders(Tx tx) {
            boolean over = until.filter(end -> end.compareTo(tx.only(NOW).text(0)) <= 0)
                    .isPresent();
            return over
                    ? List.of()
                    : owners.stream().filter(ProcessIdentity::isAlive).toList();
        }

        /** Whether another than this one holds it. */
        public boolean isHeldByAnother(Tx tx, ProcessIdentity owner) {
            return holders(tx).stream().anyMatch(holder -> !holder.equals(owner));
        }

        /** It is for those of both then, and ends when the first of both would who still runs. */
        public Circumstances joinedBy(Circumstances newcomer) {
            List<ProcessIdentity> all = new ArrayList<>(owners);
            all.removeIf(owner -> !owner.isAlive() || newcomer.owners.contains(owner));
            Optional<String> before = all.isEmpty() ? Optional.empty() : until;
            all.addAll(newcomer.owners);
            Optional<String> end =
                    Stream.of(before, newcomer.until).flatMap(Optional::stream).min(Comparator.naturalOrder());
            return new Circumstances(all, since.or(() -> newcomer.since), note.or(() -> newcomer.note), end);
        }

        /** The same for those others that still run. */
        public Circumstances without(ProcessIdentity owner) {
            List<ProcessIdentity> others = owners.stream()
                    .filter(other -> other.isAlive() && !other.equals(owner))
                    .toList();
            return new Circumstances(others, since, note, until);
        }

        /** The owners as they are stored. */
        List<Object> ownerTrees() {
            return owners.stream().<Object>map(ProcessIdentity::toTree).toList();
        }

        static List<ProcessIdentity> owners(Object trees) {
            List<ProcessIdentity> owners = new ArrayList<>();
            if (trees instanceof List<?> elements) {
                elements.forEach(element -> ProcessIdentity.ofTree(element).ifPresent(owners::add));
            }
            return owners;
        }
    }

    public LedgerEntry {
        indexes = List.copyOf(indexes);
        triggers = List.copyOf(triggers);
        journals = Map.copyOf(journals);
    }

    static LedgerEntry damaged(List<String> indexes, Circumstances circumstances, Health health) {
        return new LedgerEntry(indexes, List.of(), Optional.empty(), circumstances, health, Map.of());
    }

    public DeferralMode mode(String index) {
        return journals.containsKey(SqlToken.fold(index)) ? DeferralMode.JOURNAL : DeferralMode.REBUILD;
    }

    LedgerEntry with(Circumstances others) {
        return new LedgerEntry(indexes, triggers, fingerprint, others, health, journals);
    }

    boolean concerns(String index) {
        String folded = SqlToken.fold(index);
        return indexes.stream().anyMatch(name -> SqlToken.fold(name).equals(folded));
    }

    /** The stored triggers that write the FTS5 table. */
    List<StoredTrigger> writers(String index) {
        List<StoredTrigger> writers = new ArrayList<>();
        for (StoredTrigger stored : triggers) {
            if (stored.trigger().writes(index)) {
                writers.add(stored);
            }
        }
        return writers;
    }

    /** {@code since 2026-01-01T00:00:00.000Z by pid 4711 on db9}, as far as it is known. */
    public String describe() {
        String when = circumstances.since().map(time -> " since " + time).orElse("");
        String who = circumstances
                .owner()
                .map(owner -> " by " + owner.describe())
                .orElse(circumstances.since().isPresent() ? "" : " by the application itself");
        String end = circumstances.until().map(time -> " until " + time).orElse("");
        return (when + who + end).strip();
    }
}
