package dev.lockstep.transpile;

import dev.lockstep.db.LockKey;
import dev.lockstep.support.PercentEncoding;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which artifact is meant.
 *
 * @param realm the realm's URL, as replicas compare it
 * @param path the canonical path: the whole URL of the file
 * @param fingerprint the compiler and its options; empty for those who share with replicas that know no fingerprints
 */
public record ArtifactKey(String realm, String path, Optional<String> fingerprint) {
    /** What a URL's path holds only as a percent escape, besides controls, the space and all that is not ASCII. */
    private static final String ENCODED = "\"#<>?^`{}";

    /**
     * The key of a file.
     *
     * @param path the whole URL, or relative to the realm; what a URL cannot hold is percent-encoded
     */
    public static ArtifactKey of(String realm, String path, Optional<String> fingerprint) {
        return new ArtifactKey(realm, canonical(realm, path), fingerprint);
    }

    /**
     * The whole URL of a file with this very name, as {@code canonical_path} holds it. A percent sign in it is one.
     *
     * @param name as it stands on disk, relative to the realm's directory
     */
    public static String ofFile(String realm, String name) {
        return canonical(realm, "") + canonical("", name.replace("%", "%25"));
    }

    /**
     * A whole URL as {@code canonical_path} holds it: one file has one, however it was escaped.
     *
     * @throws IllegalArgumentException with a message that says where: an escape is not %XX, or not UTF-8
     */
    public static String ofUrl(String url) {
        return canonical("", PercentEncoding.decodeUri(url.replace("%25", "%2525")));
    }

    /** {@link ModuleNames#spellings} of what a whole URL names, as {@code canonical_path} holds them. */
    public static Set<String> spellings(String url) {
        Set<String> spellings = new LinkedHashSet<>(List.of(url));
        for (String spelled : ModuleNames.spellings(decoded(url))) {
            spellings.add(canonical("", spelled));
        }
        return spellings;
    }

    /** The whole URL of the file whose name looks the same, since its accents are written in the other way. */
    public static Optional<String> lookalike(String url) {
        String decoded = decoded(url);
        String composed = Normalizer.normalize(decoded, Normalizer.Form.NFC);
        String other = composed.equals(decoded) ? Normalizer.normalize(decoded, Normalizer.Form.NFD) : composed;
        return other.equals(decoded) ? Optional.empty() : Optional.of(canonical("", other));
    }

    private static String decoded(String url) {
        try {
            return PercentEncoding.decodeUri(url.replace("%25", "%2525"));
        } catch (IllegalArgumentException e) {
            // What somebody else has written there may hold escapes that are none.
            return url;
        }
    }

    /** The whole URL of a file in a realm, as {@code canonical_path} holds it. */
    static String canonical(String realm, String path) {
        String whole = path.contains("://") || path.startsWith(realm) ? path : realm + path;
        StringBuilder encoded = new StringBuilder(whole.length());
        for (byte b : whole.getBytes(StandardCharsets.UTF_8)) {
            int octet = b & 0xff;
            if (octet > ' ' && octet < 0x7f && ENCODED.indexOf(octet) < 0) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(hex(octet >> 4)).append(hex(octet & 0xf));
            }
        }
        return encoded.toString();
    }

    private static char hex(int digit) {
        return Character.toUpperCase(Character.forDigit(digit, 16));
    }

    /** The lock under which one process builds it; without a fingerprint, it is the one that Boxel's replicas take. */
    public LockKey lock() {
        String name = "transpile|" + realm + "|" + path;
        return LockKey.of(fingerprint.map(print -> name + "|" + print).orElse(name));
    }
}
