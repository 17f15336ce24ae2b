package dev.lockstep.audit;

import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.profile.AuditProfile;
import dev.lockstep.profile.AuditProfile.Column;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Remedy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The audit table of a database, with the profile that fits it. */
public final class AuditTable {
    private final Db db;
    private final AuditProfile profile;
    private final Relations.Known known;

    private AuditTable(Db db, AuditProfile profile) {
        this.db = db;
        this.profile = profile;
        this.known = Relations.ofProfile(db, profile.schema(), profile.table());
    }

    /**
     * Finds the table.
     *
     * @param profile the application, or nothing for whichever of the built-in ones fits
     * @throws LockstepException usage: there is no such table, it is none, or its columns have other names
     */
    public static AuditTable find(Db db, Optional<Profile> profile) {
        if (profile.isPresent()) {
            AuditProfile audit = profile.get().audit().orElseThrow(() -> LockstepException.usage(
                            "profile " + profile.get().name() + " has no audit log", null)
                    .advising(AuditRemedy.NAME_ANOTHER_PROFILE.of()));
            AuditTable found = new AuditTable(db, audit);
            found.check(profile.get().name());
            return found;
        }
        LockstepException other = null;
        for (String name : Profile.builtIn()) {
            Optional<AuditProfile> audit = Profile.load(name).audit();
            try {
                if (audit.isPresent()
                        && new AuditTable(db, audit.get()).missing().isEmpty()) {
                    return new AuditTable(db, audit.get());
                }
            } catch (LockstepException e) {
                if (e.kind() != LockstepException.Kind.USAGE) {
                    throw e;
                }
                other = other == null || other.hint() == null ? e : other;
            }
        }
        String why = other == null ? "there is no audit table with the columns of CADT" : other.getMessage();
        Object[] known = other == null || other.hint() == null ? new Object[0] : new Object[] {other.hint()};
        throw LockstepException.usage("no built-in profile fits: " + why, null)
                .advising(AuditRemedy.NAME_A_PROFILE.of(known));
    }

    private void check(String name) {
        List<String> missing = missing();
        if (missing.isEmpty()) {
            return;
        }
        Remedy remedy = AuditRemedy.DESCRIBE_THE_COLUMNS.of();
        for (String other : Profile.builtIn()) {
            Optional<AuditProfile> audit = Profile.load(other).audit();
            if (audit.isPresent()
                    && audit.get().table().equals(profile.table())
                    && new AuditTable(db, audit.get()).missing().isEmpty()) {
                remedy = AuditRemedy.NAME_THE_BUILT_IN_PROFILE.of(other);
            }
        }
        throw LockstepException.usage(
                        "table " + name() + " has no column " + String.join(", ", missing) + ", as profile " + name
                                + " wants",
                        null)
                .advising(remedy);
    }

    /** The columns that the profile names, and the table does not have. */
    private List<String> missing() {
        Set<String> named = new LinkedHashSet<>(profile.columns().values());
        profile.indexes().forEach(index -> named.addAll(index.columns()));
        for (AuditProfile.Query query : profile.queries()) {
            named.addAll(query.equals());
            query.order().forEach(by -> named.add(by.column()));
        }
        named.removeAll(known.types().keySet());
        return List.copyOf(named);
    }

    /**
     * What the table calls a column of the log.
     *
     * @throws LockstepException usage: the profile does not say which column of the table that is
     */
    public String column(AuditProfile.Column column) {
        if (!profile.has(column)) {
            throw LockstepException.usage(
                    "the profile does not say which column of " + name() + " is the " + column.key(),
                    "give it under audit.columns." + column.key());
        }
        return profile.column(column);
    }

    public String type(AuditProfile.Column column) {
        return known.types().get(column(column));
    }

    /** Gives the times of a row the form that its columns take: MariaDB's refuse ISO 8601. */
    public void fit(AuditRow row) {
        if (db.engine() != Engine.MARIADB) {
            return;
        }
        if (profile.has(Column.TIMESTAMP) && isTime(profile.column(Column.TIMESTAMP))) {
            row.set(Column.TIMESTAMP, time(row.value(Column.TIMESTAMP)));
        }
        row.others().replaceAll((name, value) -> isTime(name) ? time(value) : value);
    }

    private boolean isTime(String column) {
        String type = known.types().getOrDefault(column, "").toLowerCase(Locale.ROOT);
        return type.startsWith("datetime") || type.startsWith("timestamp");
    }

    private Object time(Object value) {
        return value instanceof String text ? AuditTime.of(text, db.engine()).orElse(text) : value;
    }

    /** The columns of which the profile says nothing. */
    public List<String> others() {
        List<String> others = new ArrayList<>(known.types().keySet());
        others.removeAll(profile.columns().values());
        return others;
    }

    public TableName relation() {
        return known.name();
    }

    public Db db() {
        return db;
    }

    public AuditProfile profile() {
        return profile;
    }

    /** With its schema, if the profile names one. */
    public String name() {
        return known.name().toString();
    }
}
