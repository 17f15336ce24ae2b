package dev.lockstep.realm;

import dev.lockstep.db.listen.Channel;
import dev.lockstep.support.LockstepException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a notification on {@code realm_file_changes} says: one file of a realm has changed, or, as the wildcard {@code *}, any
 * of them may have. Whoever keeps bytes of these files drops them.
 *
 * <p>The payload is {@code <realm URL>:<path>}. The URL ends at the first {@code /:}. The path is relative to the realm,
 * without a slash at either end, and not percent-encoded.
 */
public record FileChange(RealmUrl realm, String path) {
    public static final Channel CHANNEL = new Channel("realm_file_changes");

    /** PostgreSQL refuses a longer payload; bytes of UTF-8. */
    public static final int MAX_PAYLOAD_BYTES = 7_999;

    private static final String WILDCARD = "*";
    private static final String SEPARATOR = "/:";

    /** @throws IllegalArgumentException if the path is empty */
    public FileChange {
        if (path.isEmpty()) {
            throw new IllegalArgumentException("a change without a path in " + realm);
        }
    }

    /**
     * Any file of the realm.
     *
     * @throws LockstepException usage: the realm's URL is too long for a notification
     */
    public static FileChange wildcard(RealmUrl realm) {
        FileChange change = new FileChange(realm, WILDCARD);
        if (change.bytes() > MAX_PAYLOAD_BYTES) {
            throw LockstepException.usage(
                    "a realm URL of " + (change.bytes() - 2) + " bytes is too long: '"
                            + realm.value().substring(0, 60) + "...'",
                    "a notification holds " + MAX_PAYLOAD_BYTES + " bytes, the URL and ':*' together");
        }
        return change;
    }

    /**
     * One file, named by a person.
     *
     * @throws LockstepException usage: no file of a realm has this path
     */
    public static FileChange file(RealmUrl realm, String path) {
        String wrong = objection(path);
        if (wrong != null) {
            throw LockstepException.usage(
                    "bad path '" + path + "': " + wrong, "a path is relative to the realm: cards/person.gts");
        }
        return new FileChange(realm, path);
    }

    /** What a payload says; empty if it is malformed. */
    public static Optional<FileChange> parse(String payload) {
        int end = payload.indexOf(SEPARATOR);
        if (end < 0 || end + SEPARATOR.length() == payload.length()) {
            return Optional.empty();
        }
        RealmUrl realm = new RealmUrl(payload.substring(0, end + 1));
        return Optional.of(new FileChange(realm, payload.substring(end + SEPARATOR.length())));
    }

    public boolean isWildcard() {
        return path.equals(WILDCARD);
    }

    public String payload() {
        return realm.value() + ":" + path;
    }

    /** The length of the payload as PostgreSQL counts it. */
    public int bytes() {
        return payload().getBytes(StandardCharsets.UTF_8).length;
    }

    private static String objection(String path) {
        if (path.isEmpty()) {
            return "it is empty";
        }
        if (path.equals(WILDCARD)) {
            return "'*' means the whole realm; leave the path out for that";
        }
        if (path.startsWith("/") || path.endsWith("/")) {
            return "it begins or ends with a slash";
        }
        for (String segment : path.split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                return "'" + segment + "' in it";
            }
        }
        return StandardCharsets.UTF_8.newEncoder().canEncode(path)
                ? controlCharacter(path)
                : "half of a surrogate pair";
    }

    private static String controlCharacter(String path) {
        for (int i = 0; i < path.length(); i++) {
            if (Character.isISOControl(path.charAt(i))) {
                return "U+%04X at character %d".formatted((int) path.charAt(i), i + 1);
            }
        }
        return null;
    }
}
