package dev.lockstep.fts;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.SqlToken;
import dev.lockstep.db.Trouble;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.FtsTune.Fault;
import dev.lockstep.fts.Lookup.Types;
import dev.lockstep.journal.TableKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What could stand in for a trigger with which something is wrong: the same text, but that its statements find the rows of
 * the index by number, or by the words of a key; each statement's own condition still decides.
 *
 * @param found the trigger, and what is wrong with it
 * @param better the one that would stand in for it; empty if there is none
 * @param way how that finds rows
 * @param objection why there is none
 */
record Tuning(TriggerCost found, Optional<TriggerSql> better, Way way, String objection) {
    /** How rows of an index are found. */
    enum Way {
        /** The triggers write the base row's number. */
        NUMBER,
        /** FTS5 finds them by the words of a key; for a key without a word, the whole index is read as before. */
        WORDS
    }

    /** How a statement comes by its rows: a condition that holds for all of them, and, if some are left, for those. */
    private record Shortcut(Way way, String condition, Optional<String> rest) {}

    /** For each trigger of an index with which something is wrong, what could stand in for it. */
    static List<Tuning> of(Tx tx, FtsTable table, List<TriggerSql> writers) {
        Finder finder = new Finder(tx, table, writers);
        List<Tuning> tunings = new ArrayList<>();
        for (TriggerCost found : TriggerCost.of(tx, table, writers)) {
            tunings.add(finder.tuning(found));
        }
        return tunings;
    }

    /** Looks for shortcuts into one index. */
    private static final class Finder {
        private final Tx tx;
        private final FtsTable table;

        /** What the one insert trigger writes; empty if it is not so simple. */
        private final Optional<Feed> feed;

        private final Optional<BaseTable> base;

        /** The base's column that is the number of its rows and of the index's, if there is one. */
        private final Optional<String> number;

        Finder(Tx tx, FtsTable table, List<TriggerSql> writers) {
            this.tx = tx;
            this.table = table;
            this.feed = feed(tx, table, writers);
            this.base = feed.map(only -> BaseTable.read(tx, only.base()));
            this.number = feed.flatMap(Feed::rowid).flatMap(Reindex::column).filter(name -> TableKey.of(
                            tx, base.orElseThrow().name())
                    .filter(key -> Reindex.isNumber(name, base.orElseThrow(), key))
                    .isPresent());
        }

        private static Optional<Feed> feed(Tx tx, FtsTable table, List<TriggerSql> writers) {
            List<Feed> feeds = new ArrayList<>();
            for (TriggerSql trigger : writers) {
                if (trigger.event() == TriggerSql.Event.INSERT) {
                    BaseTable base = BaseTable.read(tx, trigger.table());
                    try {
                        feeds.addAll(new FeedReader(table).read(trigger, base::has, base::isUnique));
                    } catch (DbException e) {
                        throw e;
                    } catch (Trouble e) {
                        return Optional.empty();
                    }
                }
            }
            return feeds.size() == 1 ? Optional.of(feeds.get(0)) : Optional.empty();
        }

        Tuning tuning(TriggerCost found) {
            if (table.kind() != FtsTable.Kind.OWN_CONTENT) {
                return none(found, table.name() + " has no text of its own, by which the trigger could find rows");
            }
            return switch (found.fault()) {
                case SCANS -> quicker(found);
                case LEAVES_OLD_ROWS -> tidier(found);
            };
        }

        private Tuning quicker(TriggerCost found) {
            TriggerSql trigger = found.trigger();
            StringBuilder sql = new StringBuilder(trigger.sql());
            Way way = Way.NUMBER;
            for (int i = trigger.writes().size() - 1; i >= 0; i--) {
                WriteStatement write = trigger.writes().get(i);
                if (!write.isOn(table.name()) || Lookup.isForWordless(write) || !TriggerCost.scans(tx, write)) {
                    continue;
                }
                if (write.condition().isEmpty()) {
                    return none(found, "it has no condition that a row of " + table.name() + " could be found by");
                }
                Optional<Shortcut> shortcut = shortcut(trigger, write);
                if (shortcut.isEmpty()) {
                    return none(
                            found,
                            "neither a number nor searchable words find the rows that it wants: "
                                    + TriggerSql.brief(write.text(write.condition())));
                }
                way = shortcut.get().way() == Way.WORDS ? Way.WORDS : way;
                replace(sql, write, shortcut.get());
            }
            return new Tuning(found, Optional.of(TriggerSql.parse(sql.toString())), way, "");
        }

        private static void replace(StringBuilder sql, WriteStatement write, Shortcut shortcut) {
            List<SqlToken> condition = write.condition();
            int from = condition.get(0).start();
            int to = condition.get(condition.size() - 1).end();
            String own = "(" + write.text(condition) + ")";
            String text = shortcut.condition() + "\n      AND " + own;
            if (shortcut.rest().isPresent()) {
                text += ";\n    " + write.source().substring(write.start(), from) + own + "\n      AND "
                        + shortcut.rest().get();
            }
            sql.replace(from, to, text);
        }

        private Optional<Shortcut> shortcut(TriggerSql trigger, WriteStatement write) {
            Optional<Shortcut> byWords = Optional.empty();
            for (Lookup lookup : Lookup.of(write, table)) {
                boolean plain = feed.filter(only -> trigger.isOn(only.base()))
                        .flatMap(only -> Reindex.column(only.expression(lookup.column())))
                        .filter(name -> SqlToken.fold(name).equals(SqlToken.fold(lookup.key())))
                        .isPresent();
                boolean own = plain && base.orElseThrow().isUnique(lookup.key());
                if (own && number.isPresent()) {
                    String row = lookup.value().substring(0, 3) + "." + new Identifier(number.get());
                    return Optional.of(new Shortcut(Way.NUMBER, "rowid = " + row, Optional.empty()));
                }
                if (Lookup.isSearchable(table, lookup.column()) && (own || byWords.isEmpty())) {
                    byWords = Optional.of(byWords(plain ? lookup.with(Types.TEXT_AND_INTEGER) : lookup));
                }
            }
            return byWords;
        }

        private Shortcut byWords(Lookup lookup) {
            return new Shortcut(Way.WORDS, lookup.byWords(table), Optional.of(lookup.isWordless()));
        }

        /** The same with a statement before its own that takes the old row away. */
        private Tuning tidier(TriggerCost found) {
            Optional<Lookup> key = key(found.trigger());
            if (key.isEmpty()) {
                return none(found, "no key of its table can be found in " + table.name() + " by its words");
            }
            StringBuilder sql = new StringBuilder(found.trigger().sql());
            List<WriteStatement> writes = found.trigger().writes();
            for (WriteStatement write : writes) {
                if (TriggerCost.addsRow(table, write)) {
                    String head = "DELETE FROM " + table.identifier() + " WHERE ";
                    String own = "(" + new Identifier(key.get().column()) + " = "
                            + key.get().value() + ")";
                    sql.insert(
                            write.start(),
                            head + key.get().byWords(table) + "\n      AND " + own + ";\n    " + head + own
                                    + "\n      AND " + key.get().isWordless() + ";\n    ");
                    break;
                }
            }
            return new Tuning(found, Optional.of(TriggerSql.parse(sql.toString())), Way.WORDS, "");
        }

        private Optional<Lookup> key(TriggerSql trigger) {
            if (feed.isEmpty() || !trigger.isOn(feed.get().base())) {
                return Optional.empty();
            }
            for (String column : table.columns()) {
                Optional<String> key =
                        Reindex.column(feed.get().expression(column)).filter(base.orElseThrow()::isUnique);
                if (key.isPresent() && Lookup.isSearchable(table, column)) {
                    String value = "old." + new Identifier(key.get());
                    return Optional.of(
                            new Lookup(column, value, key.get(), Lookup.Nulls.NOT_FOUND, Types.TEXT_AND_INTEGER));
                }
            }
            return Optional.empty();
        }

        private static Tuning none(TriggerCost found, String objection) {
            return new Tuning(found, Optional.empty(), Way.WORDS, objection);
        }
    }

    /** Whether the index has to be made anew with it, because the trigger has left in it what does not belong there. */
    boolean cures() {
        return found.fault() == Fault.LEAVES_OLD_ROWS;
    }
}
