package dev.lockstep.db.mariadb;

import dev.lockstep.db.libpq.PasswordFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the clients' groups of an option file of MariaDB or MySQL say. Read as those read it: the last of two equal
 * options counts, {@code _} is {@code -} in a name, a value may stand in quotes, and an option may have none.
 *
 * <p>A password in a file that others may read does not count. Files that the file includes are not read.
 */
final class OptionFile {
    private static final List<String> GROUPS = List.of("[client]", "[client-server]", "[client-mariadb]");

    private final Map<String, String> options = new HashMap<>();

    private OptionFile() {}

    /** @param warnings learns of a file, or of a password in it, that does not count */
    static OptionFile read(Path file, List<String> warnings) {
        OptionFile read = new OptionFile();
        if (!Files.exists(file)) {
            return read;
        }
        try {
            boolean counts = false;
            for (String line : Files.readString(file, StandardCharsets.UTF_8).split("\\R", -1)) {
                String text = line.strip();
                if (text.startsWith("[")) {
                    counts = GROUPS.contains(text);
                } else if (counts && !text.isEmpty() && text.charAt(0) != '#' && text.charAt(0) != ';') {
                    read.add(text);
                }
            }
            if (read.options.containsKey("password") && PasswordFile.othersMayRead(file)) {
                read.options.remove("password");
                warnings.add("the password in " + file + " does not count, for others may read it: chmod 600 " + file);
            }
        } catch (IOException e) {
            warnings.add("cannot read " + file);
        }
        return read;
    }

    private void add(String line) {
        int equals = line.indexOf('=');
        String name = (equals < 0 ? line : line.substring(0, equals)).strip().replace('_', '-');
        options.put(name, equals < 0 ? "" : unquoted(line.substring(equals + 1).strip()));
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2
                && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                && value.charAt(value.length() - 1) == value.charAt(0);
        String plain = quoted ? value.substring(1, value.length() - 1) : value;
        return plain.indexOf('\\') < 0 ? plain : unescaped(plain);
    }

    private static String unescaped(String value) {
        StringBuilder out = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' && i + 1 < value.length()) {
                i++;
                c = switch (value.charAt(i)) {
                    case 's' -> ' ';
                    case 't' -> '\t';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 'b' -> '\b';
                    default -> value.charAt(i);
                };
            }
            out.append(c);
        }
        return out.toString();
    }

    /** The option's value, empty text if it has none. */
    Optional<String> get(String name) {
        return Optional.ofNullable(options.get(name));
    }
}
