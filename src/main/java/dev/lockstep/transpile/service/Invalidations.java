package dev.lockstep.transpile.service;

/** Hears what is no longer true. Whoever listens to a fleet's notifications calls it; calling it once too often is harmless. */
public interface Invalidations {
    /**
     * One file has changed, appeared or gone.
     *
     * @param path canonical and relative to the realm: {@code cards/person.gts}
     */
    void path(String realm, String path);

    /** Anything in this realm may have changed. */
    void realm(String realm);

    /** Notifications may have been missed: anything anywhere may have changed. */
    void everything();
}
