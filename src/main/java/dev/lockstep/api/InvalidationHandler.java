package dev.lockstep.api;

/**
 * Is told what is no longer true, in order, by one thread of lockstep's. Being told once too often is harmless; too seldom never
 * happens. What it throws ends the listening.
 */
public interface InvalidationHandler {
    /**
     * A file of a realm has changed, appeared or gone.
     *
     * @param realm its URL, with a slash at the end
     * @param path relative to that: {@code cards/person.gts}
     */
    void path(String realm, String path);

    /** Anything in this realm may have changed. */
    void realm(String realm);

    /**
     * Something may have been missed: anything anywhere may have changed.
     *
     * @param why for people
     */
    void everything(String why);
}
