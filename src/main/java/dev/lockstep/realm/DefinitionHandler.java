package dev.lockstep.realm;

/** Is told which definitions are no longer true, in order, by one thread. Being told once too often is harmless. */
public interface DefinitionHandler {
    /**
     * A module's definitions.
     *
     * @param module its whole URL, with or without extension; each name that it may be known by is told by itself
     */
    void module(String realm, String module);

    /** All definitions of a realm. */
    void realm(String realm);

    /** All definitions of all realms: somebody said so, or something may have been missed. */
    void everything();
}
