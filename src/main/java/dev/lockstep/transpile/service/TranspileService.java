package dev.lockstep.transpile.service;

import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.Artifact;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.service.LocalCache.Found;
import dev.lockstep.transpile.service.LocalCache.Loaded;
import dev.lockstep.transpile.service.SharedBuilds.Role;
import dev.lockstep.transpile.service.SharedBuilds.Served;
import java.util.Optional;

/**
 * Serves the artifacts of one compiler: from this process, else from the fleet's cache, else built once for all.
 *
 * <p>Whoever hears the fleet's notifications tells {@link #invalidations()}.
 */
public final class TranspileService {
    /** Finds the file that a request means, without reading it. */
    @FunctionalInterface
    public interface Sources {
        /**
         * Finds a file.
         *
         * @param requested relative to the realm; may leave out the extension
         */
        Optional<Source> find(String realm, String requested);
    }

    /** What a request gets. */
    public record Answer(Artifact artifact, Role role) {}

    private final LocalCache<Artifact> local;
    private final SharedBuilds shared;
    private final Sources sources;
    private final Compiler compiler;
    private final Optional<String> fingerprint;

    /**
     * A service.
     *
     * @param capacity how many bytes of artifacts to keep in this process
     * @param fingerprint the compiler and its options; empty to share with replicas that know no fingerprints
     */
    public TranspileService(
            long capacity, SharedBuilds shared, Sources sources, Compiler compiler, Optional<String> fingerprint) {
        this.local = new LocalCache<>(capacity, TranspileService::weight);
        this.shared = shared;
        this.sources = sources;
        this.compiler = compiler;
        this.fingerprint = fingerprint;
    }

    /** The artifact if this process has it, else null: no lock, no allocation. */
    public Artifact peek(String realm, String requested) {
        return local.get(realm, requested);
    }

    /**
     * The artifact, from wherever it is had soonest.
     *
     * @throws BuildFailed it was to be built here, or by another request in this process, and could not
     * @throws LockstepException differs: there is no such source
     */
    public Answer serve(String realm, String requested) throws InterruptedException {
        Role[] role = {Role.HIT};
        Found<Artifact> found = local.get(realm, requested, () -> {
            Source source = sources.find(realm, requested).orElseThrow(() -> missing(realm, requested));
            Served served = shared.serve(ArtifactKey.of(realm, source.path(), fingerprint), source, compiler);
            role[0] = served.role();
            return new Loaded<>(source.path(), served.artifact());
        });
        return new Answer(
                found.value(),
                switch (found.how()) {
                    case HIT -> Role.HIT;
                    case JOINED -> Role.WAITER;
                    case LOADED -> role[0];
                });
    }

    /** Where to say what has changed. */
    public Invalidations invalidations() {
        return local;
    }

    /** How many requests of this process others may join now. */
    public int loading() {
        return local.loading();
    }

    /** What is not in memory anyway is not kept. */
    private static long weight(Artifact artifact) {
        return artifact.content().isInMemory() ? artifact.content().size() : Long.MAX_VALUE;
    }

    private static LockstepException missing(String realm, String requested) {
        return new LockstepException(
                LockstepException.Kind.DIFFERS,
                "no-such-source",
                "no source for " + requested + " in " + realm,
                null,
                null);
    }
}
