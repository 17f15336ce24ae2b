package dev.lockstep.cli.help;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The examples in each command's help and man page: whole command lines, for a POSIX shell. */
public final class Examples {
    private Examples() {}

    /** Those of a command or of a noun, named as it is typed; {@code lockstep} for those of all. */
    public static List<String> of(String path) {
        return all().getOrDefault(path, List.of());
    }

    /** All, in the order in which the commands are listed. */
    public static Map<String, List<String>> all() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        List<String> examples = List.of();
        for (String line : text().lines().toList()) {
            if (line.startsWith(" ")) {
                examples.add(line.strip());
            } else {
                examples = new ArrayList<>();
                all.put(line, examples);
            }
        }
        return all;
    }

    private static String text() {
        try (InputStream in = Examples.class.getResourceAsStream("examples.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
