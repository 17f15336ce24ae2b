package dev.lockstep.realm;

import dev.lockstep.transpile.service.Invalidations;

/** Is told what is no longer true, in order, by one thread. Being told once too often is harmless; too seldom never happens. */
public interface RealmHandler {
    /**
     * A file has changed.
     *
     * @param path relative to the realm: {@code cards/person.gts}
     */
    void path(RealmUrl realm, String path);

    /** Anything in this realm may have changed. */
    void realm(RealmUrl realm);

    /**
     * Something may have been missed: anything anywhere may have changed.
     *
     * @param why for people
     */
    void gap(String why);

    /** Keeps a cache in step, {@link dev.lockstep.transpile.service.LocalCache} for one. */
    static RealmHandler of(Invalidations cache) {
        return new RealmHandler() {
            @Override
            public void path(RealmUrl realm, String path) {
                cache.path(realm.value(), path);
            }

            @Override
            public void realm(RealmUrl realm) {
                cache.realm(realm.value());
            }

            @Override
            public void gap(String why) {
                cache.everything();
            }
        };
    }
}
