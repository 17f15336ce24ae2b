package dev.lockstep.transpile;

import java.util.ArrayList;
import java.util.List;

/**
 * How modules are named: a file has an executable extension, a request may leave it out, and a dependency always does.
 * The rules are Boxel's.
 */
final class ModuleNames {
    /** In the order in which a request without extension tries them. */
    private static final List<String> EXTENSIONS = List.of(".js", ".gjs", ".ts", ".gts");

    private static final String TYPE_DECLARATION = ".d.ts";

    private ModuleNames() {}

    /** Whether the path names one file, and not whichever of several there is. */
    static boolean isExecutable(String path) {
        return !path.endsWith(TYPE_DECLARATION) && withoutExtension(path).length() < path.length();
    }

    /** The path as dependencies name it; a path without executable extension stays as it is. */
    static String withoutExtension(String path) {
        for (int i = 0; i < EXTENSIONS.size(); i++) {
            if (path.endsWith(EXTENSIONS.get(i))) {
                return path.substring(0, path.length() - EXTENSIONS.get(i).length());
            }
        }
        return path;
    }

    /** Every file that a request for the path may mean, the path itself first. */
    static List<String> meanings(String path) {
        List<String> meanings = new ArrayList<>();
        meanings.add(path);
        if (!isExecutable(path)) {
            for (String extension : EXTENSIONS) {
                meanings.add(path + extension);
            }
        }
        return meanings;
    }

    /** Whether a request for one path may be answered by the file at the other. */
    static boolean mayMean(String requested, String canonical) {
        return requested.equals(canonical)
                || (isExecutable(canonical) && requested.equals(withoutExtension(canonical)));
    }
}
