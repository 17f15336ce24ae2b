package dev.lockstep.support;

/**
 * Something that a person should know and that is no failure.
 *
 * @param code a stable name for programs, in lower case with hyphens
 */
public record Notice(String code, String message) {}
