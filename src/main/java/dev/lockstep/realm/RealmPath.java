package dev.lockstep.realm;

import dev.lockstep.support.LockstepException;
import dev.lockstep.support.PercentEncoding;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.ModuleNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a person, a list or a URL names in a realm: one file, or, without an extension, whichever of several there is.
 *
 * <p>Replicas know a file by its local path: relative to the realm, with its extension, and percent-decoded twice by
 * JavaScript's {@code decodeURI}, so that the escapes of {@code # / ?} and the like stay. Whatever else would be told them
 * makes none of them forget anything.
 *
 * <p>What has a percent sign may be meant in two ways: {@code a%20b.js} is {@code a b.js}, or a file that is called so, which
 * replicas cannot name. An invalidation means both. It also means both where a letter and its accent are two characters, as a
 * Mac writes them: that file, and the one that has them in one.
 *
 * @param local as replicas spell it, but perhaps without extension
 * @param others whole URLs, as tables have them, of the other files that may be meant
 */
public record RealmPath(RealmUrl realm, String local, Set<String> others) {
    private static final String CARD = ".json";
    private static final String INFO = "realm.json";

    public RealmPath {
        others = Set.copyOf(others);
    }

    /** A path that means one file. */
    public RealmPath(RealmUrl realm, String local) {
        this(realm, local, Set.of());
    }

    /**
     * The one file that is meant by a whole URL, or by its own name as it stands on disk: nothing in that is an escape.
     *
     * @return its whole URL, as tables have it
     * @throws LockstepException usage: no file of the realm has this name
     */
    public static String file(RealmUrl realm, String typed) {
        if (isWhole(typed)) {
            read(realm, typed);
            return ArtifactKey.ofUrl(typed);
        }
        check(realm, withoutPrefix(realm, typed), typed);
        return ArtifactKey.ofFile(realm.value(), typed);
    }

    /**
     * Reads what was typed, for each of the realms; a whole URL for the one that it lies in.
     *
     * @return in the order of the realms, as often as it was named
     * @throws LockstepException usage: no file of a realm has this name; the hint has the nearest form that one has
     */
    public static List<RealmPath> read(Collection<RealmUrl> realms, Collection<String> typed) {
        List<RealmPath> paths = new ArrayList<>();
        for (RealmUrl realm : realms) {
            for (String one : typed) {
                if (!isWhole(one)) {
                    paths.add(ofName(realm, one));
                } else if (owner(realms, one).equals(realm)) {
                    paths.add(ofUrl(realm, one));
                }
            }
        }
        return paths;
    }

    /** The same for one realm and one name. */
    public static RealmPath read(RealmUrl realm, String typed) {
        return read(List.of(realm), List.of(typed)).get(0);
    }

    /** What replicas may call it: every file that the name may mean. The name itself is the first. */
    public Set<String> files() {
        Set<String> files = new LinkedHashSet<>();
        for (String spelled : ModuleNames.spellings(local)) {
            files.addAll(ModuleNames.meanings(spelled));
            if (!isExact()) {
                files.add(spelled + CARD);
            }
        }
        return files;
    }

    /** The files whose artifacts it may mean, as canonical paths. */
    public List<String> artifacts() {
        List<String> artifacts = new ArrayList<>();
        for (String url : urls()) {
            artifacts.addAll(ModuleNames.meanings(url));
        }
        return artifacts;
    }

    /** Its whole URL, as tables have it. */
    public String url() {
        return canonical(local);
    }

    /** That, and those of the others that may be meant. */
    public List<String> urls() {
        List<String> urls = new ArrayList<>();
        for (String spelled : ModuleNames.spellings(local)) {
            urls.add(canonical(spelled));
        }
        urls.addAll(others);
        return urls;
    }

    /** Whether it may be a module, of which there are definitions. */
    public boolean mayBeModule() {
        return !ModuleNames.isData(local);
    }

    /** Whether it may be the file that holds the realm's name, icon and routes. */
    public boolean mayBeInfo() {
        return files().contains(INFO);
    }

    private boolean isExact() {
        return ModuleNames.isExecutable(local) || ModuleNames.isData(local);
    }

    private String canonical(String file) {
        return ArtifactKey.of(realm.value(), realm.value() + file, Optional.empty())
                .path();
    }

    private static boolean isWhole(String typed) {
        return typed.contains("://");
    }

    /** The innermost of the realms that a whole URL lies in. */
    private static RealmUrl owner(Collection<RealmUrl> realms, String typed) {
        String decoded = decoded(typed, typed);
        RealmUrl owner = null;
        for (RealmUrl realm : realms) {
            if (decoded.startsWith(realm.value())
                    && (owner == null || owner.value().length() < realm.value().length())) {
                owner = realm;
            } else if (realm.value().equals(decoded + "/")) {
                throw wrong(typed, "it is the realm itself", "leave the path out for the whole realm");
            }
        }
        if (owner != null) {
            return owner;
        }
        RealmUrl first = realms.iterator().next();
        throw wrong(typed, "it is not in " + first, nearestTo(first, decoded));
    }

    private static String nearestTo(RealmUrl realm, String decoded) {
        return decoded.toLowerCase(Locale.ROOT).startsWith(realm.value().toLowerCase(Locale.ROOT))
                ? "write " + realm + decoded.substring(realm.value().length())
                : "name the realm that it belongs to";
    }

    private static RealmPath ofName(RealmUrl realm, String typed) {
        RealmPath path = new RealmPath(realm, local(realm, withoutPrefix(realm, typed), typed));
        return typed.indexOf('%') < 0
                ? path
                : path.with(ArtifactKey.ofFile(realm.value(), typed), ArtifactKey.ofUrl(realm.value() + typed));
    }

    private RealmPath with(String... spellings) {
        Set<String> different = new LinkedHashSet<>(List.of(spellings));
        different.remove(url());
        return new RealmPath(realm, local, different);
    }

    private static RealmPath ofUrl(RealmUrl realm, String typed) {
        String inner = decoded(typed, typed).substring(realm.value().length());
        if (inner.isEmpty()) {
            throw wrong(typed, "it is the realm itself", "leave the path out for the whole realm");
        }
        int query = typed.indexOf('?');
        int fragment = typed.indexOf('#');
        int end = query < 0 ? fragment : fragment < 0 ? query : Math.min(query, fragment);
        if (end >= 0) {
            throw wrong(
                    typed,
                    "it has a " + (end == query ? "query" : "fragment") + ", and a file has none",
                    "write " + typed.substring(0, end));
        }
        return new RealmPath(realm, local(realm, inner, typed)).with(ArtifactKey.ofUrl(typed));
    }

    private static String local(RealmUrl realm, String inner, String typed) {
        refuse(inner, typed, '?', "%3F");
        refuse(inner, typed, '#', "%23");
        if (inner.isBlank() && !inner.isEmpty()) {
            throw wrong(typed, "it is blank", "a path is relative to the realm: cards/person.gts");
        }
        if (!inner.strip().equals(inner)) {
            throw wrong(typed, "a URL has no blank at its ends", "write " + inner.strip() + ", or %20");
        }
        String local = decodedAgain(decoded(inner, typed), typed);
        check(realm, local, typed);
        return local;
    }

    private static String decodedAgain(String decoded, String typed) {
        try {
            return PercentEncoding.decodeUri(decoded);
        } catch (IllegalArgumentException e) {
            throw wrong(
                    typed,
                    "replicas decode a path twice, and cannot name a file with this percent sign",
                    "leave the path out for the whole realm");
        }
    }

    private static void check(RealmUrl realm, String local, String typed) {
        if (local.indexOf('\\') >= 0) {
            throw wrong(typed, "replicas take a backslash for a slash", "write " + local.replace('\\', '/'));
        }
        FileChange.file(realm, local);
        if (local.contains("//")) {
            throw wrong(typed, "two slashes in a row", "write " + local.replaceAll("/+", "/"));
        }
    }

    /** A directory's name may look so, too; then a whole URL says it. */
    private static String withoutPrefix(RealmUrl realm, String typed) {
        if (typed.matches("@[^/]+/[^/]+/.+")) {
            String rest = typed.replaceFirst("@[^/]+/[^/]+/", "");
            throw wrong(
                    typed,
                    "a prefix stands for a realm",
                    "write " + rest + " if it is in " + realm + "; a directory of that name: " + realm + typed);
        }
        return typed;
    }

    private static void refuse(String inner, String typed, char structural, String escape) {
        if (inner.indexOf(structural) >= 0) {
            throw wrong(
                    typed,
                    "'" + structural + "' ends the path of a URL",
                    "write " + inner.replace(Character.toString(structural), escape) + ", or "
                            + inner.substring(0, inner.indexOf(structural)));
        }
    }

    private static String decoded(String text, String typed) {
        try {
            return PercentEncoding.decodeUri(text);
        } catch (IllegalArgumentException e) {
            throw wrong(typed, e.getMessage(), "a percent escape is %XX, and together they are UTF-8");
        }
    }

    private static LockstepException wrong(String typed, String what, String hint) {
        String shown = typed.length() > 120 ? typed.substring(0, 120) + "..." : typed;
        return LockstepException.usage("bad path '" + shown + "': " + what, hint);
    }
}
