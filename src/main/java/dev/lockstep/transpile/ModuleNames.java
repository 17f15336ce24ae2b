package dev.lockstep.transpile;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How modules are named: a file has an executable extension, a request may leave it out, and a dependency always does.
 * The rules are Boxel's.
 */
public final class ModuleNames {
    /** In the order in which a request without extension tries them. */
    private static final List<String> EXTENSIONS = List.of(".js", ".gjs", ".ts", ".gts");

    private static final String TYPE_DECLARATION = ".d.ts";

    /** What the name of a file that is no module ends in. Nobody leaves the rest out after one of these. */
    private static final Set<String> DATA = Set.of(
            "json", "md", "txt", "html", "css", "svg", "png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "csv", "xml",
            "yaml", "yml", "pdf", "map", "wasm", "woff", "woff2", "ttf", "mp3", "mp4", "webm", "zip");

    private ModuleNames() {}

    /** Whether the path names one file, and not whichever of several there is. */
    public static boolean isExecutable(String path) {
        return !path.endsWith(TYPE_DECLARATION) && withoutExtension(path).length() < path.length();
    }

    /** Whether the path can only be a file that nobody imports. */
    public static boolean isData(String path) {
        int dot = path.lastIndexOf('.');
        return dot > path.lastIndexOf('/')
                && DATA.contains(path.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    /** The path as dependencies name it; a path without executable extension stays as it is. */
    public static String withoutExtension(String path) {
        for (int i = 0; i < EXTENSIONS.size(); i++) {
            if (path.endsWith(EXTENSIONS.get(i))) {
                return path.substring(0, path.length() - EXTENSIONS.get(i).length());
            }
        }
        return path;
    }

    /** Every file that a request for the path may mean, the path itself first. */
    public static List<String> meanings(String path) {
        List<String> meanings = new ArrayList<>();
        meanings.add(path);
        if (!isExecutable(path) && !isData(path)) {
            for (String extension : EXTENSIONS) {
                meanings.add(path + extension);
            }
        }
        return meanings;
    }

    /**
     * The path, and, if it has a letter and its accent as two characters, as a Mac writes them, that with one, as nearly
     * everybody else does: it looks the same, and is another file.
     */
    public static Set<String> spellings(String path) {
        Set<String> spellings = new LinkedHashSet<>();
        spellings.add(path);
        spellings.add(Normalizer.normalize(path, Normalizer.Form.NFC));
        return spellings;
    }

    /** Whether a request for one path may be answered by the file at the other. */
    public static boolean mayMean(String requested, String canonical) {
        return requested.equals(canonical)
                || (isExecutable(canonical) && requested.equals(withoutExtension(canonical)));
    }
}
