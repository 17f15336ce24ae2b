package dev.lockstep.cli.doctor;

import dev.lockstep.cli.doctor.DoctorReport.Check;
import dev.lockstep.cli.doctor.DoctorReport.State;
import dev.lockstep.cli.hint.Hints;
import dev.lockstep.db.Db;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.schema.BoxelMigrations;
import dev.lockstep.transpile.schema.CacheSchema;
import dev.lockstep.transpile.schema.HiddenTables;
import dev.lockstep.transpile.schema.Upkeep;
import java.util.List;
import java.util.Optional;

/** What {@code doctor} asks of a transpile cache. */
final class DoctorTranspile {
    private static final long MANY = 1_000;

    private final DoctorReport findings;
    private final State missing;

    /** @param missing how bad it is if there is none */
    DoctorTranspile(DoctorReport findings, State missing) {
        this.findings = findings;
        this.missing = missing;
    }

    void check(Db db) {
        findings.attempt("transpile.migration", () -> migration(db));
        List<String> absent = db.autocommit(CacheSchema::missing);
        if (!absent.isEmpty()) {
            try {
                HiddenTables.check(db, "module_transpile_cache");
            } catch (LockstepException e) {
                findings.add(new Check("transpile.tables", State.FAIL, e.getMessage(), Hints.of(e)));
                return;
            }
            String detail = "not there: " + String.join(", ", absent);
            findings.add(new Check("transpile.tables", missing, detail, "'lockstep transpile init --guard'"));
            return;
        }
        findings.attempt("transpile.tables", () -> contents(db));
        findings.attempt("transpile.guard", () -> guard(db));
        findings.attempt("transpile.indexes", () -> indexes(db));
        findings.attempt(
                "transpile.epoch",
                () -> db.autocommit(CacheSchema::hasEpoch)
                        ? Check.ok("transpile.epoch", "set")
                        : new Check(
                                "transpile.epoch",
                                State.WARN,
                                "not set: the server has crashed and lost its cache, or nobody has used it yet",
                                "the first use sets it; for replicas that know no floor tombstone every realm, as"
                                        + " 'lockstep transpile tombstone --help' says"));
    }

    private static Check guard(Db db) {
        if (!db.autocommit(CacheSchema::isGuarded)) {
            return new Check(
                    "transpile.guard",
                    State.WARN,
                    "replicas that know no floor may store stale artifacts",
                    "'lockstep transpile init --guard'");
        }
        return db.autocommit(CacheSchema::isGuardOutdated)
                ? new Check(
                        "transpile.guard",
                        State.WARN,
                        "installed by an earlier lockstep: it lets a replica store what is stale where there is no row",
                        "'lockstep transpile init --guard'")
                : Check.ok("transpile.guard", "installed");
    }

    private static Check indexes(Db db) {
        List<String> obsolete = db.autocommit(CacheSchema::obsolete);
        return obsolete.isEmpty()
                ? Check.ok("transpile.indexes", "none that slows writers down")
                : new Check(
                        "transpile.indexes",
                        State.WARN,
                        "an earlier lockstep made " + String.join(", ", obsolete)
                                + ": with it no update of the cache is a HOT one",
                        "'lockstep transpile init'");
    }

    private static Check migration(Db db) {
        if (db.autocommit(BoxelMigrations::of) != BoxelMigrations.PENDING) {
            return Check.ok("transpile.migration", "none of Boxel's is waiting to make the table");
        }
        return db.autocommit(CacheSchema::state) == CacheSchema.State.ABSENT
                ? new Check(
                        "transpile.migration",
                        State.WARN,
                        "Boxel's migration 1778495869867 has not run yet",
                        "deploy Boxel first, then 'lockstep transpile init --guard'")
                : new Check(
                        "transpile.migration",
                        State.FAIL,
                        "module_transpile_cache is there, and Boxel's migration 1778495869867, which makes it, has not run:"
                                + " it will fail",
                        "drop table module_transpile_cache; deploy Boxel; then 'lockstep transpile init --guard'");
    }

    private static Check contents(Db db) {
        long live = 0;
        long tombstones = 0;
        List<Upkeep.RealmStatus> realms = db.autocommit(tx -> Upkeep.status(tx, Optional.empty()));
        for (Upkeep.RealmStatus realm : realms) {
            live += realm.live();
            tombstones += realm.tombstones();
        }
        String detail = realms.size() + " realms, " + live + " artifacts, " + tombstones + " tombstones";
        boolean crowded = tombstones > MANY && tombstones > 10 * live;
        return new Check(
                "transpile.tables",
                crowded ? State.WARN : State.OK,
                detail,
                crowded ? "'lockstep transpile prune --older-than 7d'" : null);
    }
}
