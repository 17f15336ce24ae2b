package dev.lockstep.fts.ledger;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.ledger.FtsIndex.Held;
import dev.lockstep.fts.schema.ColumnFit;
import dev.lockstep.fts.schema.FtsCatalog;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a database says about its search indexes at one moment: its schema and every ledger, put side by side. */
public final class DeferralState {
    private final FtsCatalog catalog;
    private final Optional<Profile.Fts> profile;
    private final Optional<ApplicationLedger> application;
    private final DeferralLedger own = new LockstepLedger();
    private final Map<String, FtsIndex> indexes = new LinkedHashMap<>();
    private final boolean isBuiltIn;

    private DeferralState(FtsCatalog catalog, Optional<Profile> profile) {
        this.catalog = catalog;
        this.profile = profile.flatMap(Profile::fts);
        this.isBuiltIn = profile.filter(
                        known -> Profile.builtIn().contains(known.name()) && known.equals(Profile.load(known.name())))
                .isPresent();
        this.application = this.profile.flatMap(ApplicationLedger::of);
    }

    /**
     * Looks at the whole database.
     *
     * @throws LockstepException usage: the profile does not fit it; refused: one of its triggers cannot be read, or a built-in profile
     *     that was not asked for says that its triggers are deferred
     */
    public static DeferralState read(Tx tx, Optional<Profile> profile) {
        DeferralState deferrals = new DeferralState(FtsCatalog.read(tx), profile);
        Map<String, Held> held = new LinkedHashMap<>();
        for (DeferralLedger ledger : deferrals.ledgers()) {
            for (LedgerEntry entry : ledger.read(tx)) {
                for (String index : entry.indexes()) {
                    held.putIfAbsent(SqlToken.fold(index), new Held(ledger, entry));
                }
            }
        }
        deferrals.catalog.tables().forEach(table -> deferrals.add(table.name(), held));
        for (Held each : held.values()) {
            each.entry().indexes().forEach(name -> deferrals.add(name, held));
        }
        if (deferrals.profile.isEmpty()) {
            refuseUnnamedProfile(tx);
        }
        return deferrals;
    }

    private void add(String name, Map<String, Held> held) {
        String folded = SqlToken.fold(name);
        Optional<FtsTable> table = catalog.table(name);
        List<String> absent = new ArrayList<>();
        for (Profile.Trigger trigger : known(name)) {
            if (catalog.trigger(trigger.name()).isEmpty()) {
                absent.add(trigger.name());
            }
        }
        FtsIndex known = new FtsIndex(
                name,
                table,
                catalog.writers(name),
                Optional.ofNullable(held.get(folded)),
                base(name),
                absent,
                Optional.empty());
        FtsIndex index = told(known).map(known::told).orElse(known);
        // An application's ledger names every table that the application may have, this database may have fewer.
        boolean isThere = table.isPresent() || !index.stored().isEmpty();
        if (isThere) {
            indexes.putIfAbsent(folded, index);
        }
    }

    /** With a wrong idea of where the state is, everything else would be answered wrongly. */
    private static void refuseUnnamedProfile(Tx tx) {
        for (String name : Profile.builtIn()) {
            Optional<ApplicationLedger> ledger =
                    Profile.load(name).fts().flatMap(ApplicationLedger::of).filter(meta -> meta.isPossible(tx));
            if (ledger.isPresent() && !ledger.get().read(tx).isEmpty()) {
                throw new LockstepException(
                                LockstepException.Kind.REFUSED,
                                "other-profile",
                                "triggers are put away in " + ledger.get().place() + ", where the profile " + name
                                        + " keeps them",
                                null,
                                null)
                        .advising(FtsRemedy.NAME_THE_PROFILE.of(name));
            }
        }
    }

    public FtsCatalog catalog() {
        return catalog;
    }

    List<DeferralLedger> ledgers() {
        List<DeferralLedger> ledgers = new ArrayList<>();
        application.ifPresent(ledgers::add);
        ledgers.add(own);
        return ledgers;
    }

    /** Where an index's triggers are to be deferred: with the application if the application would rebuild it. */
    public DeferralLedger ledgerFor(String index) {
        return application
                .<DeferralLedger>map(ledger -> ledger)
                .filter(ledger -> application.get().covers(index))
                .orElse(own);
    }

    /** What an external-content index has lost if its content table is gone. */
    public Optional<String> lostContent(FtsIndex index) {
        return index.table()
                .flatMap(FtsTable::content)
                .filter(content -> catalog.relation(content).isEmpty())
                .map(content -> "its content table " + content + " is gone");
    }

    /** The triggers that the profile knows for an index. */
    public List<Profile.Trigger> known(String index) {
        List<Profile.Trigger> known = new ArrayList<>();
        for (Profile.Trigger trigger :
                declaration(index).map(Profile.Table::triggers).orElse(List.of())) {
            known.add(catalog.table(index)
                    .map(table -> new Profile.Trigger(
                            trigger.name(),
                            ColumnFit.of(table, trigger.sql()),
                            trigger.variant().map(variant -> ColumnFit.of(table, variant))))
                    .orElse(trigger));
        }
        return known;
    }

    /** The columns of an index of which the profile says that NULL will do. */
    public List<String> nullOrEqual(String index) {
        return declaration(index).map(Profile.Table::nullOrEqual).orElse(List.of());
    }

    /**
     * Whether all triggers of an index are those that lockstep's own profile of an application knows, by what they say and not by
     * their names alone: that the application rebuilds it as the profile says was looked up once and for all, and trying it
     * anew would cost a scan of the index for each step.
     */
    public boolean isVouchedFor(FtsIndex index) {
        return isBuiltIn
                && index.table()
                        .filter(table -> table.kind() == FtsTable.Kind.OWN_CONTENT)
                        .filter(table -> new KnownTriggers(table, known(index.name())).areAll(index.live()))
                        .isPresent();
    }

    /** What the profile says belongs into an index; or, where no trigger is left to say it, what the profile's would write. */
    private Optional<TriggerStatement> told(FtsIndex index) {
        Optional<Profile.Table> declaration = declaration(index.name());
        Optional<String> fill = declaration.flatMap(Profile.Table::fill);
        if (fill.isPresent()) {
            String base = new Identifier(declaration.get().base()).toString();
            return Optional.of(TriggerStatement.parse(
                    "create trigger fill after insert on " + base + " begin " + fill.get() + "; end"));
        }
        boolean said = index.writers().stream().anyMatch(trigger -> trigger.event() == TriggerStatement.Event.INSERT);
        return said
                ? Optional.empty()
                : known(index.name()).stream()
                        .map(trigger -> TriggerStatement.parse(trigger.sql()))
                        .filter(trigger -> trigger.event() == TriggerStatement.Event.INSERT)
                        .findFirst();
    }

    /** The base that the profile knows for an index, if that base is there. */
    private Optional<String> base(String index) {
        return declaration(index).map(Profile.Table::base).filter(base -> catalog.relation(base)
                .isPresent());
    }

    private Optional<Profile.Table> declaration(String index) {
        return profile.stream()
                .flatMap(fts -> fts.tables().stream())
                .filter(table -> SqlToken.fold(table.fts()).equals(SqlToken.fold(index)))
                .findFirst();
    }

    /** All indexes, or those that the names mean. */
    public List<FtsIndex> select(List<String> names) {
        if (names.isEmpty()) {
            return List.copyOf(indexes.values());
        }
        Set<FtsIndex> selected = new LinkedHashSet<>();
        for (String name : names) {
            selected.addAll(named(name));
        }
        return List.copyOf(selected);
    }

    /** These indexes and all that share a trigger or a damaged entry with one of them: that is there for all or for none. */
    public List<FtsIndex> together(List<FtsIndex> selected) {
        Set<FtsIndex> together = new LinkedHashSet<>(selected);
        boolean grown = true;
        while (grown) {
            Set<String> targets = new LinkedHashSet<>();
            together.forEach(index -> targets.add(index.folded()));
            for (FtsIndex index : together) {
                index.damaged().ifPresent(entry -> entry.indexes().forEach(name -> targets.add(SqlToken.fold(name))));
                index.writers().forEach(trigger -> targets.addAll(trigger.targets()));
            }
            grown = together.addAll(indexes.values().stream()
                    .filter(index -> targets.contains(index.folded()))
                    .toList());
        }
        return List.copyOf(together);
    }

    /** The index of that name, or all indexes of the table of that name. @throws LockstepException usage: it is neither */
    private List<FtsIndex> named(String name) {
        FtsIndex index = indexes.get(SqlToken.fold(name));
        if (index != null) {
            return List.of(index);
        }
        List<FtsIndex> about = indexes.values().stream()
                .filter(candidate -> candidate.bases().stream()
                        .anyMatch(base -> SqlToken.fold(base).equals(SqlToken.fold(name))))
                .toList();
        if (!about.isEmpty()) {
            return about;
        }
        List<String> known = indexes.values().stream().map(FtsIndex::name).toList();
        String hint = known.isEmpty() ? null : "indexes here: " + String.join(", ", known);
        Optional<FtsCatalog.Relation> relation = catalog.relation(name);
        if (relation.isEmpty()) {
            String nearest = DidYouMean.to(name, catalog.names())
                    .map(found -> "did you mean '" + found + "'?")
                    .orElse(hint);
            throw LockstepException.usage("no such table: " + name, nearest);
        }
        throw LockstepException.usage(
                switch (relation.get()) {
                    case TABLE, INDEX -> "no full-text index is about " + name;
                    case VIEW -> name + " is a view, not a full-text table or its base";
                    case VIRTUAL ->
                        name + " is a virtual table of module " + catalog.module(name) + ", not of fts5, fts4 or fts3";
                    case SHADOW -> name + " is a part of a full-text table; name the table itself";
                },
                hint);
    }
}
