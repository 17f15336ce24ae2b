package dev.lockstep.realm;

import dev.lockstep.support.LockstepException;
import java.util.Set;

/**
 * The name of a realm, exactly as replicas compare it: it ends in a slash, and {@code /:} does not occur in it, because
 * that is where a payload's URL ends.
 *
 * <p>Names on the wire need be no more than that ({@code @cardstack/base/} is one). A name that a person types must be
 * an absolute http or https URL in the one form that replicas use; see {@link #read}.
 */
public record RealmUrl(String value) {
    /** What {@link #read} changed, because the name that replicas use differs from the URL in just this. */
    public enum Correction {
        SLASH_ADDED,
        PERCENT_DECODED
    }

    /** What a person typed, understood. */
    public record Reading(RealmUrl url, Set<Correction> corrections) {}

    /** @throws IllegalArgumentException if it does not end in a slash, or holds {@code /:} */
    public RealmUrl {
        if (!value.endsWith("/") || value.contains("/:")) {
            throw new IllegalArgumentException("not the name of a realm: " + value);
        }
    }

    /**
     * Reads what a person typed. A missing slash at the end is added, and percent escapes are decoded as replicas do it
     * (JavaScript's {@code decodeURI}: all but the reserved characters); the reading says so. Anything else that is not in
     * the form that replicas use is an error that names the character or the right form, never a guess: a broadcast under
     * another name would reach nobody.
     *
     * @throws LockstepException usage: no realm has this URL
     */
    public static Reading read(String typed) {
        return new RealmUrlReader(typed).read();
    }

    /** Whether it is a name on the wire that is no URL. */
    public static boolean isPrefix(String name) {
        return name.startsWith("@") && name.endsWith("/") && !name.contains("/:");
    }

    @Override
    public String toString() {
        return value;
    }
}
