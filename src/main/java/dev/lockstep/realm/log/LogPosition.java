package dev.lockstep.realm.log;

import java.util.UUID;

/**
 * A place in the durable log: everything up to and including this number.
 *
 * @param epoch which log; another one if it was made anew
 */
public record LogPosition(UUID epoch, long seq) {}
