package dev.lockstep.db.libpq;

import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Files that hold passwords: libpq's {@code ~/.pgpass}, and the file of {@code --password-file}. A file that anybody but
 * its owner can read does not count.
 */
public final class PasswordFile {
    /** What a file with a secret may allow. */
    public static final Set<PosixFilePermission> OWNERS =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private static final int LONGEST = 64 * 1024;

    private PasswordFile() {}

    /**
     * The lines of libpq's password file; none if there is no such file.
     *
     * @param warnings learns that the file is there but does not count, in psql's words
     */
    static List<String> lines(Path file, List<String> warnings) {
        if (!Files.exists(file)) {
            return List.of();
        }
        if (!Files.isRegularFile(file)) {
            warnings.add("password file \"" + file + "\" is not a plain file");
            return List.of();
        }
        try {
            if (othersMayRead(file)) {
                warnings.add("password file \"" + file
                        + "\" has group or world access; permissions should be u=rw (0600) or less");
                return List.of();
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            warnings.add("password file \"" + file + "\" cannot be read");
            return List.of();
        }
    }

    /**
     * The password of the first line that fits: {@code host:port:database:user:password}, where {@code *} fits anything
     * and a backslash takes the next character as it is.
     */
    static Optional<Secret> find(List<String> lines, String host, String port, String database, String user) {
        for (String line : lines) {
            if (line.isEmpty() || line.charAt(0) == '#') {
                continue;
            }
            int at = 0;
            for (String wanted : new String[] {host, port, database, user}) {
                at = at < 0 ? at : afterMatch(line, at, wanted);
            }
            if (at >= 0) {
                return Optional.of(Secret.of(unescaped(line, at)));
            }
        }
        return Optional.empty();
    }

    /** Where the next field begins if the one that begins here fits, else -1. */
    private static int afterMatch(String line, int start, String wanted) {
        if (line.startsWith("*:", start)) {
            return start + 2;
        }
        int matched = 0;
        for (int i = start; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == ':' && matched == wanted.length()) {
                return i + 1;
            }
            if (c == '\\' && i + 1 < line.length()) {
                i++;
                c = line.charAt(i);
            }
            if (matched == wanted.length() || wanted.charAt(matched) != c) {
                return -1;
            }
            matched++;
        }
        return -1;
    }

    private static String unescaped(String line, int start) {
        StringBuilder out = new StringBuilder(line.length() - start);
        for (int i = start; i < line.length() && line.charAt(i) != ':'; i++) {
            if (line.charAt(i) == '\\' && i + 1 < line.length()) {
                i++;
            }
            out.append(line.charAt(i));
        }
        return out.toString();
    }

    /**
     * The first line of a file that holds one password and nothing else; it may be a pipe.
     *
     * @throws LockstepException usage: there is none, or it is empty; refused: others may read it
     */
    public static Secret only(Path file) {
        if (!Files.exists(file) || Files.isDirectory(file)) {
            throw LockstepException.usage("no such password file: " + file, null);
        }
        try {
            if (othersMayRead(file)) {
                throw LockstepException.refused("others may read the password file " + file, "chmod 600 " + file);
            }
            try (InputStream in = Files.newInputStream(file)) {
                String text = new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8);
                String password = text.lines().findFirst().orElse("");
                if (password.isEmpty()) {
                    throw LockstepException.usage(
                            "the password file is empty: " + file, "its first line is the password");
                }
                return Secret.of(password);
            }
        } catch (IOException e) {
            throw LockstepException.usage("cannot read the password file " + file, null);
        }
    }

    public static boolean othersMayRead(Path file) throws IOException {
        return !OWNERS.containsAll(Files.getPosixFilePermissions(file));
    }
}
