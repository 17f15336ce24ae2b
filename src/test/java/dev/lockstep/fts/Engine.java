package dev.lockstep.fts;

import dev.lockstep.db.Db;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles.Access;
import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.fts.deferral.Restoration.Policy;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.Environment;
import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.testing.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The engine as tests drive it: a connection of its own for each call, which is closed before the test looks at the file.
 *
 * @param profile a profile's name, or {@code none}
 * @param mode how it defers; empty for what it takes by itself
 */
public record Engine(Path file, String profile, Optional<DeferralMode> mode) {
    public static final String NONE = "none";
    static final String CADT = "cadt-v1";

    public Engine(Path file, String profile) {
        this(file, profile, Optional.empty());
    }

    Engine in(DeferralMode other) {
        return new Engine(file, profile, Optional.of(other));
    }

    public Engine at(Path copy) {
        return new Engine(copy, profile, mode);
    }

    public Deferral.Outcome defer(String... names) {
        return defer(Fault.none(), names);
    }

    public Deferral.Outcome defer(Fault fault, String... names) {
        return with(fault, db -> deferral().run(db, List.of(names)));
    }

    public Restoration.Outcome restore(String... names) {
        return restore(Fault.none(), Policy.CAREFUL, names);
    }

    public Restoration.Outcome restore(Policy policy, String... names) {
        return restore(Fault.none(), policy, names);
    }

    public Restoration.Outcome restore(Fault fault, Policy policy, String... names) {
        return with(
                fault, db -> new Restoration(loaded(), policy, ProcessIdentity.ofProcess()).run(db, List.of(names)));
    }

    public Deferral deferral() {
        return new Deferral(loaded(), ProcessIdentity.ofProcess(), Optional.of("catch-up")).in(mode);
    }

    public Restoration restoration() {
        return new Restoration(loaded(), Policy.CAREFUL, ProcessIdentity.ofProcess());
    }

    /** On a disk that has room for so many pages of the file. */
    <T> T full(long pages, Function<Db, T> work) {
        return with(db -> {
            db.autocommit(tx -> tx.rows("pragma max_page_count = " + pages));
            return work.apply(db);
        });
    }

    FtsStatus status(String... names) {
        return with(Fault.none(), db -> FtsStatus.read(db, loaded(), List.of(names)));
    }

    public <T> T with(Function<Db, T> work) {
        return with(Fault.none(), work);
    }

    public <T> T with(Fault fault, Function<Db, T> work) {
        Databases databases = new Databases(new Environment(Map.of()), fault::around);
        try (Db db = databases.sqlite(file, Access.WRITE, Duration.ofSeconds(10))) {
            return work.apply(db);
        }
    }

    Optional<Profile> loaded() {
        return profile.equals(NONE) ? Optional.empty() : Optional.of(Profile.load(profile));
    }
}
