package dev.lockstep.realm.outbox;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmRemedy;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.ModuleNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** Calls the outbox's functions, as any program may. */
public final class Outbox {
    /** What is put into it. */
    public enum Call {
        /** The shared caches forget when this commits, replicas when it is sequenced. */
        INVALIDATE("select lockstep_invalidate_many(?, cast(? as text[]))", "select lockstep_invalidate(?)"),
        /** Replicas alone. */
        BROADCAST("select lockstep_broadcast(?, cast(? as text[]))", "select lockstep_broadcast(?)");

        private final String paths;
        private final String realm;

        Call(String paths, String realm) {
            this.paths = paths;
            this.realm = realm;
        }
    }

    private Outbox() {}

    /**
     * Puts in that these paths have changed in every one of these realms, or that anything may have in each realm if there are no
     * paths.
     *
     * @throws LockstepException usage: no file of a realm has such a path, or there is no outbox
     */
    public static void put(Tx tx, Call call, Collection<RealmUrl> realms, Collection<String> paths) {
        List<RealmPath> named = paths.isEmpty() ? List.of() : RealmPath.read(realms, new TreeSet<>(paths));
        for (RealmUrl realm : realms) {
            List<String> locals = new ArrayList<>();
            for (RealmPath path : named) {
                if (path.realm().equals(realm)) {
                    // The functions decode twice, as replicas do.
                    for (String spelled : ModuleNames.spellings(path.local())) {
                        locals.add(spelled.replace("%", "%2525"));
                    }
                }
            }
            if (paths.isEmpty()) {
                put(tx, call.realm, realm.value().replace("%", "%25"));
            } else if (!locals.isEmpty()) {
                put(tx, call.paths, realm.value().replace("%", "%25"), locals.toArray(String[]::new));
            }
        }
    }

    private static void put(Tx tx, String sql, Object... values) {
        try {
            tx.rows(sql, values);
        } catch (DbException e) {
            if (e.reason() == Reason.NO_SUCH_OBJECT) {
                throw new LockstepException(
                                LockstepException.Kind.USAGE,
                                "no-outbox",
                                "this database has no outbox: " + e.getMessage(),
                                null,
                                e)
                        .advising(RealmRemedy.MAKE_THE_OUTBOX.of());
            }
            throw e;
        }
    }
}
