package dev.lockstep.mirror.schema;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.NotMirrored;
import dev.lockstep.mirror.plan.Planner;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.mirror.source.SourceSchema;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gives the tables that lockstep has made what the source's have beside their columns: indexes, defaults, identities and
 * foreign keys, once the rows are there. What cannot be made is named, and keeps nothing from being made or copied.
 */
public final class SchemaCopy {
    private final MirrorRun run;
    private final Progress progress;

    public SchemaCopy(MirrorRun run, Progress progress) {
        this.run = run;
        this.progress = progress;
    }

    /**
     * Makes what the mirror lacks.
     *
     * @param tables that are equal now
     * @throws LockstepException the run must end: another has taken over, or the mirror is away
     */
    public void run(Tx source, List<SourceTable> tables, Selection selection) {
        List<SchemaObject> last = new ArrayList<>();
        for (SourceTable table : tables) {
            boolean ours = run.read(mirror -> run.engine().hasMade(mirror, table.mirrorName()));
            if (!ours) {
                continue;
            }
            TablePlan plan = run.read(mirror -> new Planner(run.engine(), source, mirror).plan(table));
            boolean numbered = false;
            for (SchemaObject object :
                    run.read(mirror -> lacking(run.engine(), run.databaseEngine(), source, mirror, plan, selection))) {
                if (object.kind().equals("foreign-key")) {
                    last.add(object);
                } else {
                    numbered |= make(table.name(), object) && object.kind().equals("identity");
                }
            }
            if (numbered) {
                run.write(mirror -> {
                    run.engine().finish(mirror, plan);
                    return null;
                });
            }
        }
        last.forEach(object -> make(object.table(), object));
    }

    private boolean make(String table, SchemaObject object) {
        String done = " is not made: ";
        for (String statement : object.statements()) {
            try {
                run.write(mirror -> {
                    mirror.execute(statement);
                    return null;
                });
                run.noteWrites(1);
                done = " is made, and not validated: ";
            } catch (DbException e) {
                if (MirrorConnection.endsTheRun(e)) {
                    throw e;
                }
                progress.notice(table, object.kind().replace('-', ' ') + " " + object.name() + done + e.getMessage());
                return false;
            }
        }
        object.loss()
                .filter(loss -> object.canBeMade())
                .ifPresent(loss -> progress.notice(
                        table, object.kind().replace('-', ' ') + " " + object.name() + " is made, " + loss));
        return object.canBeMade();
    }

    /** What a table of the mirror would be given, and has not. */
    private static List<SchemaObject> lacking(
            MirrorEngine engine, Engine database, Tx source, Tx mirror, TablePlan plan, Selection selection) {
        Optional<TargetTable> found = engine.find(mirror, plan.mirrorName());
        if (!isComplete(plan)) {
            return List.of();
        }
        List<SchemaObject> all =
                new SourceObjects(source, database, plan, selection, engine.suspendsForeignKeys(mirror)).all();
        if (found.isEmpty()) {
            return all;
        }
        MirrorObjects there = new MirrorObjects(mirror, database, found.get());
        return all.stream().filter(object -> !there.has(object)).toList();
    }

    /** The statements that a table which is to be made is given after its rows. */
    public static List<String> afterwards(
            MirrorEngine engine, Db mirror, Tx source, TablePlan plan, Selection selection) {
        List<String> statements = new ArrayList<>();
        mirror.read(there -> lacking(engine, mirror.engine(), source, there, plan, selection))
                .forEach(object -> statements.addAll(object.statements()));
        return statements;
    }

    /** What is said of what a table that is not there yet would be given. */
    public enum ToMake {
        HAD,
        LACKING
    }

    /** What of the source the mirror does not have, each with why. */
    public static List<NotMirrored> notMirrored(Db source, MirrorConnection mirror, Selection selection) {
        return notMirrored(source, mirror, selection, ToMake.LACKING, Map.of());
    }

    /**
     * The same where plans have been made of some tables.
     *
     * @param plans of tables, by their names in the source
     */
    public static List<NotMirrored> notMirrored(
            Db source, MirrorConnection mirror, Selection selection, ToMake toMake, Map<String, TablePlan> plans) {
        MirrorEngine engine = MirrorEngine.of(mirror.db());
        Engine database = mirror.db().engine();
        return source.read(tx -> {
            Map<String, Optional<String>> known = new HashMap<>();
            for (SourceTable table : SourceSchema.read(tx).tables(selection)) {
                if (table.unreadable().isEmpty()) {
                    known.putAll(known(engine, database, tx, mirror, table, selection, toMake, plans));
                }
            }
            List<NotMirrored> things = new ArrayList<>();
            for (NotMirrored thing : NotMirrored.of(tx, selection)) {
                Optional<String> reason = known.get(thing.kind() + " " + thing.name());
                if (reason == null) {
                    things.add(thing);
                } else {
                    reason.ifPresent(why -> things.add(new NotMirrored(thing.kind(), thing.name(), why)));
                }
            }
            return things;
        });
    }

    private static Map<String, Optional<String>> known(
            MirrorEngine engine,
            Engine database,
            Tx source,
            MirrorConnection mirror,
            SourceTable table,
            Selection selection,
            ToMake toMake,
            Map<String, TablePlan> plans) {
        try {
            return mirror.read(there -> {
                TablePlan plan = plans.containsKey(table.name())
                        ? plans.get(table.name())
                        : new Planner(engine, source, there).plan(table);
                return known(engine, database, source, there, plan, selection, toMake);
            });
        } catch (DbException e) {
            if (MirrorConnection.endsTheRun(e)) {
                throw e;
            }
            // What cannot be looked at has been told as a failure of its table.
            return Map.of();
        }
    }

    /** Of each object of a table why the mirror does not have it; empty if it has it. */
    private static Map<String, Optional<String>> known(
            MirrorEngine engine,
            Engine database,
            Tx source,
            Tx mirror,
            TablePlan plan,
            Selection selection,
            ToMake toMake) {
        Map<String, Optional<String>> known = new HashMap<>();
        if (!isComplete(plan)) {
            return known;
        }
        for (SchemaObject object : new SourceObjects(source, database, plan, selection, true).all()) {
            known.put(object.id(), Optional.empty());
        }
        boolean ours = plan.ddl().isPresent() || engine.hasMade(mirror, plan.mirrorName());
        for (SchemaObject object : lacking(engine, database, source, mirror, plan, selection)) {
            String could = ours
                    ? "a copy that creates makes it"
                    : "lockstep has not made " + plan.mirrorName() + ", and leaves it as it is";
            boolean had = toMake == ToMake.HAD && plan.ddl().isPresent() && object.canBeMade();
            known.put(object.id(), had ? Optional.empty() : Optional.of(object.canBeMade() ? could : object.reason()));
        }
        return known;
    }

    private static boolean isComplete(TablePlan plan) {
        return !plan.columns().isEmpty()
                && plan.columns().stream().allMatch(column -> column.type().isPresent());
    }
}
