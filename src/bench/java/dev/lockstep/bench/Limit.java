package dev.lockstep.bench;

/** A promise in place of a peer: what lockstep may cost at most. */
record Limit(String name, double sample) implements Contender {}
