package dev.lockstep.transpile.service;

import dev.lockstep.transpile.Artifact;
import dev.lockstep.transpile.Captured;
import java.io.IOException;

/** Makes an artifact of a source. It opens the source with what it is given, which proves that the order is right. */
@FunctionalInterface
public interface Compiler {
    /**
     * Builds.
     *
     * @throws IOException the source cannot be read, or the artifact not be written
     * @throws RuntimeException the build failed; whoever waited for it in this process gets the same
     */
    Artifact compile(Source source, Captured captured) throws IOException, InterruptedException;
}
