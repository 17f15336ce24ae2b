package dev.lockstep.transpile.service;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** What a {@link LocalCache} knows of one realm; all but the entries belongs to its lock. */
final class LocalRealm<V> {
    /** A value, and every path that leads to it. */
    static final class Entry<V> {
        final LocalRealm<V> realm;
        final String path;
        final V value;
        final long weight;
        final Set<String> aliases = new HashSet<>();
        /** Set by hits, taken back by the clock; a write that is lost costs a little fairness. */
        boolean used;

        Entry(LocalRealm<V> realm, String path, V value, long weight) {
            this.realm = realm;
            this.path = path;
            this.value = value;
            this.weight = weight;
        }
    }

    /** A load in flight. */
    static final class Load<V> {
        final long began;
        final CompletableFuture<V> result = new CompletableFuture<>();

        Load(long began) {
            this.began = began;
        }
    }

    final String url;
    /** By canonical path and by alias. */
    final ConcurrentHashMap<String, Entry<V>> entries = new ConcurrentHashMap<>();
    /** Loads that a request may join, by the path that was requested. */
    final Map<String, Load<V>> loads = new HashMap<>();
    /** When each path was invalidated last; kept only while loads run, since nobody else compares. */
    final Map<String, Long> generations = new HashMap<>();
    /** When the realm was invalidated last. */
    long generation;
    /** All loads in flight, joinable or not. */
    int running;

    LocalRealm(String url) {
        this.url = url;
    }

    boolean isIdle() {
        return running == 0 && entries.isEmpty();
    }
}
