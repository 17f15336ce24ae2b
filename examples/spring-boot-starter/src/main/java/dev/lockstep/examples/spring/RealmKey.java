package dev.lockstep.examples.spring;

/**
 * The key of a value in a cache that is kept in step.
 *
 * @param realm the realm's URL, with a slash at the end
 * @param path of a file, relative to it; it may leave out the extension
 */
public record RealmKey(String realm, String path) {
    /** Whether what is said of a file may be meant of this key: {@code card} stands for {@code card.gts}. */
    boolean isMeantBy(String changed) {
        return changed.equals(path) || (changed.startsWith(path + ".") && changed.indexOf('/', path.length()) < 0);
    }
}
