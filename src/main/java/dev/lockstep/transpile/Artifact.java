package dev.lockstep.transpile;

import java.io.IOException;
import java.time.Duration;

/**
 * What a build makes of a source.
 *
 * @param headers a JSON object of HTTP headers with which Boxel serves a module, or null; a row without them is invisible to it
 * @param dependencyKeys a JSON array of what the artifact imports, as realm-relative paths without executable extension; or null
 * @param build what is known of the build
 */
public record Artifact(Content content, String headers, String dependencyKeys, BuildRecord build)
        implements AutoCloseable {
    /** An artifact of whose build nothing is known. */
    public Artifact(Content content, String headers, String dependencyKeys) {
        this(content, headers, dependencyKeys, BuildRecord.UNKNOWN);
    }

    public static Artifact of(Content content) {
        return new Artifact(content, null, null);
    }

    /** The same, of a build that took so long. */
    public Artifact builtIn(Duration time) {
        return new Artifact(content, headers, dependencyKeys, build.in(time));
    }

    @Override
    public void close() throws IOException {
        content.close();
    }
}
