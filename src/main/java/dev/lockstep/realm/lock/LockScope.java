package dev.lockstep.realm.lock;

import dev.lockstep.db.LockKey;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What of a realm is locked: all of it, or some files. The keys are Boxel's, and so is the order: the realm's first, then the
 * files' by their numbers.
 *
 * <p>Whoever writes single files takes the realm's key shared, so that writers of other files go on, and the key of each file
 * exclusive. The key of a file is that of the text {@code file-write:<realm URL>NUL<local path>}.
 *
 * @param realm whose files they are
 * @param parts in the order in which they are taken
 */
public record LockScope(RealmUrl realm, List<Part> parts) {
    /** Beyond it, the realm's key is taken exclusive instead. */
    private static final int MAX_FILES = 256;

    /** Who else may have the same key. */
    public enum Mode {
        EXCLUSIVE,
        SHARED
    }

    /**
     * One key.
     *
     * @param name what it stands for
     */
    public record Part(LockKey key, Mode mode, String name) {}

    /** The whole realm, for one writer. */
    public static LockScope realm(RealmUrl realm) {
        return new LockScope(realm, List.of(part(realm, Mode.EXCLUSIVE)));
    }

    /** The whole realm against its writers, together with others who want only that, and with writers of single files. */
    public static LockScope shared(RealmUrl realm) {
        return new LockScope(realm, List.of(part(realm, Mode.SHARED)));
    }

    /** These files, every one that a name without extension may mean; the whole realm if there are too many. */
    public static LockScope files(RealmUrl realm, Collection<RealmPath> paths) {
        Set<String> files = new LinkedHashSet<>();
        for (RealmPath path : paths) {
            files.addAll(path.files());
        }
        if (files.size() > MAX_FILES) {
            return realm(realm);
        }
        List<Part> parts = new ArrayList<>();
        for (String file : files) {
            parts.add(new Part(fileKey(realm.value(), file), Mode.EXCLUSIVE, realm + file));
        }
        parts.sort(Comparator.comparingLong(part -> part.key().value()));
        parts.add(0, part(realm, Mode.SHARED));
        return new LockScope(realm, List.copyOf(parts));
    }

    static LockKey fileKey(String realm, String file) {
        return LockKey.of("file-write:" + realm + "\0" + file);
    }

    private static Part part(RealmUrl realm, Mode mode) {
        return new Part(LockKey.of(realm.value()), mode, realm.value());
    }
}
