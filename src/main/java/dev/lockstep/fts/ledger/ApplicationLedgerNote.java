package dev.lockstep.fts.ledger;

import dev.lockstep.fts.ledger.LedgerEntry.Circumstances;
import dev.lockstep.fts.schema.SchemaFingerprint;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What stands under a key of ours beside an application's own: see {@link ApplicationLedger}.
 *
 * @param indexes the FTS5 tables whose triggers are deferred; none for all that the application knows
 * @param sha256 of the snapshot that was stored with it, in hex
 * @param positions the triggers' places in sqlite_master, by name
 * @param journals the epoch of the journal of each index that has one, by folded name
 */
record ApplicationLedgerNote(
        List<String> indexes,
        Optional<String> sha256,
        Map<String, Long> positions,
        Optional<SchemaFingerprint> fingerprint,
        Circumstances circumstances,
        Map<String, String> journals) {
    static final ApplicationLedgerNote NONE = new ApplicationLedgerNote(
            List.of(), Optional.empty(), Map.of(), Optional.empty(), Circumstances.UNKNOWN, Map.of());

    static Map<String, Object> tree(LedgerEntry entry, long flag, String sha256) {
        Circumstances circumstances = entry.circumstances();
        Map<String, Object> positions = new LinkedHashMap<>();
        entry.triggers().forEach(stored -> positions.put(stored.name(), stored.position()));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("journals", entry.journals());
        tree.put("flag", flag);
        tree.put("sha256", sha256);
        tree.put("fts", entry.indexes());
        tree.put("positions", positions);
        tree.put("shape", entry.fingerprint().map(SchemaFingerprint::toTree).orElse(null));
        tree.put("owners", circumstances.ownerTrees());
        tree.put("until", circumstances.until().orElse(null));
        tree.put("since", circumstances.since().orElse(null));
        tree.put("note", circumstances.note().orElse(null));
        return tree;
    }

    /** The note, if it belongs to that flag. */
    static Optional<ApplicationLedgerNote> read(String text, long flag) {
        Object tree;
        try {
            tree = Json.parse(text);
        } catch (LockstepException e) {
            return Optional.empty();
        }
        if (!(tree instanceof Map<?, ?> map) || !Long.valueOf(flag).equals(map.get("flag"))) {
            return Optional.empty();
        }
        List<String> indexes = new ArrayList<>();
        if (map.get("fts") instanceof List<?> names) {
            names.forEach(name -> indexes.add(String.valueOf(name)));
        }
        Map<String, Long> positions = new LinkedHashMap<>();
        if (map.get("positions") instanceof Map<?, ?> places) {
            places.forEach((name, at) -> {
                if (at instanceof Long position) {
                    positions.put((String) name, position);
                }
            });
        }
        Map<String, String> journals = new LinkedHashMap<>();
        if (map.get("journals") instanceof Map<?, ?> epochs) {
            epochs.forEach((name, epoch) -> journals.put((String) name, String.valueOf(epoch)));
        }
        return Optional.of(new ApplicationLedgerNote(
                indexes,
                text(map, "sha256"),
                positions,
                SchemaFingerprint.ofTree(map.get("shape")),
                new Circumstances(
                        Circumstances.owners(map.get("owners")),
                        text(map, "since"),
                        text(map, "note"),
                        text(map, "until")),
                journals));
    }

    private static Optional<String> text(Map<?, ?> map, String key) {
        return map.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
    }
}
