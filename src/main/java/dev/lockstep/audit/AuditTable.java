package dev.lockstep.audit;

import dev.lockstep.db.Db;
import dev.lockstep.db.Trouble;
import dev.lockstep.profile.AuditProfile;
import dev.lockstep.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The audit table of a database, with the profile that fits it. */
public final class AuditTable {
    private final Db db;
    private final AuditProfile profile;
    private final IndexEngine engine;

    private AuditTable(Db db, AuditProfile profile) {
        this.db = db;
        this.profile = profile;
        this.engine = IndexEngine.of(db, profile.table());
    }

    /**
     * Finds the table.
     *
     * @param profile the application, or nothing for whichever of the built-in ones fits
     * @throws Trouble usage: there is no such table, or its columns have other names
     */
    public static AuditTable find(Db db, Optional<Profile> profile) {
        if (profile.isPresent()) {
            AuditProfile audit = profile.get()
                    .audit()
                    .orElseThrow(() -> Trouble.usage(
                            "profile " + profile.get().name() + " has no audit log", "give another --profile"));
            AuditTable found = new AuditTable(db, audit);
            found.check(profile.get().name());
            return found;
        }
        for (String name : Profile.builtIn()) {
            Optional<AuditProfile> audit = Profile.load(name).audit();
            if (audit.isPresent() && new AuditTable(db, audit.get()).missing().isEmpty()) {
                return new AuditTable(db, audit.get());
            }
        }
        throw Trouble.usage(
                "no built-in profile fits: there is no audit table with the columns of CADT", "give --profile FILE");
    }

    private void check(String name) {
        List<String> missing = missing();
        if (missing.isEmpty()) {
            return;
        }
        if (engine.columns().isEmpty()) {
            throw Trouble.usage("there is no table " + profile.table(), "profile " + name + " says where to look");
        }
        String hint = "give --profile FILE with the columns of this table";
        for (String other : Profile.builtIn()) {
            Optional<AuditProfile> audit = Profile.load(other).audit();
            if (audit.isPresent() && new AuditTable(db, audit.get()).missing().isEmpty()) {
                hint = "its columns are named as in --profile " + other;
            }
        }
        throw Trouble.usage(
                "table " + profile.table() + " has no column " + String.join(", ", missing) + ", as profile " + name
                        + " wants",
                hint);
    }

    private List<String> missing() {
        List<String> columns = engine.columns();
        List<String> missing = new ArrayList<>();
        for (AuditProfile.Column column : AuditProfile.Column.values()) {
            if (!columns.contains(profile.column(column))) {
                missing.add(profile.column(column));
            }
        }
        return missing;
    }

    Db db() {
        return db;
    }

    AuditProfile profile() {
        return profile;
    }

    IndexEngine engine() {
        return engine;
    }

    public String name() {
        return profile.table();
    }
}
