package dev.lockstep.api;

import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.run.RunClaim;
import dev.lockstep.mirror.run.Throttle;
import dev.lockstep.mirror.source.Selection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** How a mirror is made; changed only while it is being copied. */
final class MirrorSettings {
    final Path source;
    final Place target;
    List<String> tables = List.of();
    List<String> excluded = List.of();
    Map<String, String> renamed = Map.of();
    Map<String, String> where = Map.of();
    Map<String, String> types = Map.of();
    Map<String, List<String>> columns = Map.of();
    Optional<String> schema = Optional.empty();
    Backfill.Creation creation = Backfill.Creation.NONE;
    Backfill.BadRows badRows = Backfill.BadRows.FAIL;
    Backfill.Extras extras = Backfill.Extras.DELETE;
    Backfill.EmptySource emptySource = Backfill.EmptySource.REFUSED;
    Backfill.Trust trust = Backfill.Trust.PROVEN;
    OptionalInt batch = OptionalInt.empty();
    OptionalInt rate = OptionalInt.empty();
    OptionalLong maxDeletes = OptionalLong.empty();
    RunClaim.Policy policy = RunClaim.Policy.RESPECT;
    Optional<Duration> patience = Optional.empty();
    Metrics metrics = Metrics.NONE;

    MirrorSettings(Path source, Place target) {
        this.source = source;
        this.target = target;
    }

    MirrorSettings(MirrorSettings other) {
        source = other.source;
        target = other.target;
        tables = other.tables;
        excluded = other.excluded;
        renamed = other.renamed;
        where = other.where;
        types = other.types;
        columns = other.columns;
        schema = other.schema;
        creation = other.creation;
        badRows = other.badRows;
        extras = other.extras;
        emptySource = other.emptySource;
        trust = other.trust;
        batch = other.batch;
        rate = other.rate;
        maxDeletes = other.maxDeletes;
        policy = other.policy;
        patience = other.patience;
        metrics = other.metrics;
    }

    static <T> Map<String, T> with(Map<String, T> known, String name, T value) {
        Map<String, T> all = new LinkedHashMap<>(known);
        all.put(name, value);
        return Map.copyOf(all);
    }

    Selection selection() {
        return new Selection(tables, excluded, renamed, where, types, columns);
    }

    Backfill.Options options() {
        return new Backfill.Options(
                creation,
                badRows,
                extras,
                emptySource,
                trust,
                batch,
                maxDeletes,
                new Throttle(rate, Optional.empty(), message -> {}));
    }
}
