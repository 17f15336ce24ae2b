package dev.lockstep.realm.log;

import dev.lockstep.realm.DefinitionChange;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One row of the outbox, and what replicas are told of it.
 *
 * @param names local paths of files, or URLs of modules; empty for all of the realm
 * @param scope whether the shared caches forget, too
 */
record OutboxRecord(UUID id, Subject subject, RealmUrl realm, Optional<List<String>> names, Scope scope) {
    /** What it is about. */
    enum Subject {
        FILES,
        DEFINITIONS
    }

    /** Who forgets. */
    enum Scope {
        MEMORY,
        EVERYTHING
    }

    /** Every file that may have changed; the wildcard where a payload would be too long. None of definitions. */
    List<FileChange> changes() {
        if (subject == Subject.DEFINITIONS) {
            return List.of();
        }
        if (names.isEmpty()) {
            return List.of(new FileChange(realm, "*"));
        }
        Set<FileChange> changes = new LinkedHashSet<>();
        for (String name : names.get()) {
            List<FileChange> files = new ArrayList<>();
            for (String file : new RealmPath(realm, name).files()) {
                files.add(new FileChange(realm, file));
            }
            boolean fits = files.stream().allMatch(file -> file.bytes() <= FileChange.MAX_PAYLOAD_BYTES);
            changes.addAll(fits ? files : List.of(new FileChange(realm, "*")));
        }
        return List.copyOf(changes);
    }

    /** What {@code module_cache_invalidated} says of it. */
    List<String> definitions() {
        if (subject == Subject.FILES) {
            return List.of();
        }
        return names.map(modules -> DefinitionChange.modules(realm, modules))
                .orElseGet(() -> List.of(DefinitionChange.realm(realm)));
    }

    /** Whether the realm's name, icon and routes may have changed. */
    boolean mayBeInfo() {
        if (subject == Subject.DEFINITIONS || scope == Scope.MEMORY) {
            return false;
        }
        for (FileChange change : changes()) {
            if (change.isWildcard() || new RealmPath(realm, change.path()).mayBeInfo()) {
                return true;
            }
        }
        return false;
    }
}
