package dev.lockstep.transpile;

/**
 * What a build makes of a source.
 *
 * @param headers a JSON object of HTTP headers with which Boxel serves a module, or null; a row without them is invisible to it
 * @param dependencyKeys a JSON array of what the artifact imports, as realm-relative paths without executable extension; or null
 */
public record Artifact(Content content, String headers, String dependencyKeys) implements AutoCloseable {
    public static Artifact of(Content content) {
        return new Artifact(content, null, null);
    }

    @Override
    public void close() throws java.io.IOException {
        content.close();
    }
}
