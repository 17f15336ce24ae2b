package dev.lockstep.transpile;

import dev.lockstep.support.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a build reads. An artifact is a hit only for whoever has the same: the inputs are part of the key.
 *
 * <p>Where none are named, only an invalidation makes an artifact stale.
 */
public final class BuildInputs {
    /** Nothing is known of what the build reads. */
    public static final BuildInputs NONE = new BuildInputs(List.of(), Map.of());

    private static final String ABSENT = "absent";

    private final List<Path> files;
    private final Map<String, String> values;

    private BuildInputs(List<Path> files, Map<String, String> values) {
        this.files = List.copyOf(files);
        this.values = new TreeMap<>(values);
    }

    /**
     * Inputs.
     *
     * @param files their content counts, in this order; their names do not, since hosts keep them in different places
     * @param values named values, such as of environment variables
     */
    public static BuildInputs of(List<Path> files, Map<String, String> values) {
        return new BuildInputs(files, values);
    }

    /**
     * SHA-256 of all of them, in hex; empty if none are named.
     *
     * @throws IOException one cannot be read
     */
    public Optional<String> digest() throws IOException {
        if (files.isEmpty() && values.isEmpty()) {
            return Optional.empty();
        }
        MessageDigest all = Digests.sha256();
        for (Path file : files) {
            all.update(("file " + digest(file) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        values.forEach((name, value) -> {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            all.update(("value " + name + " " + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
            all.update(bytes);
        });
        return Optional.of(HexFormat.of().formatHex(all.digest()));
    }

    /** Each file with its digest, for a {@link BuildRecord}. One that is not there has none. */
    public static Map<String, String> digests(List<String> files) throws IOException {
        Map<String, String> digests = new TreeMap<>();
        for (String file : files) {
            digests.put(file, digestOrAbsent(file));
        }
        return digests;
    }

    /** Of a file that was not there when the build had ended, or not where it was looked for: whether it has changed, nobody knows. */
    public static boolean isAbsent(String digest) {
        return digest.equals(ABSENT);
    }

    /** Whether all that a build has read is here as it was there. */
    static boolean areAsRecorded(BuildRecord record) {
        try {
            for (Map.Entry<String, String> file : record.files().entrySet()) {
                if (isAbsent(file.getValue()) || !digestOrAbsent(file.getKey()).equals(file.getValue())) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            // What cannot be read cannot be told to be the same: the build will say why.
            return false;
        }
    }

    private static String digestOrAbsent(String file) throws IOException {
        try {
            return digest(Path.of(file));
        } catch (NoSuchFileException e) {
            return ABSENT;
        }
    }

    private static String digest(Path file) throws IOException {
        MessageDigest digest = Digests.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
