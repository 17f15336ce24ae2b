package dev.lockstep.realm.relay;

import dev.lockstep.db.libpq.PasswordFile;
import dev.lockstep.support.Digests;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokens that a file holds, one a line; whoever shows one of them is let in. The file is read again when it has changed; while
 * it is gone, empty, or readable for others, the tokens are those that it held last. Any thread may ask.
 */
public final class BearerTokens {
    private static final String SCHEME = "bearer ";

    private final Path file;
    private final FileStamp stamp;
    private volatile List<byte[]> digests;

    private BearerTokens(Path file, FileStamp stamp) {
        this.file = file;
        this.stamp = stamp;
    }

    /**
     * Reads a file of tokens.
     *
     * @throws LockstepException usage: it cannot be read, holds no token, or others may read it
     */
    public static BearerTokens of(Path file) {
        BearerTokens tokens = new BearerTokens(file, new FileStamp(List.of(file)));
        tokens.stamp.hasChanged();
        tokens.digests = tokens.read();
        return tokens;
    }

    /**
     * Whether it is one of the tokens. How long that takes says nothing of them.
     *
     * @param authorization the header's value: {@code Bearer TOKEN}; may be null
     */
    boolean admit(String authorization) {
        refresh();
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        byte[] shown = digest(authorization.substring(SCHEME.length()).strip());
        boolean admitted = false;
        for (byte[] known : digests) {
            admitted |= MessageDigest.isEqual(known, shown);
        }
        return admitted;
    }

    private void refresh() {
        if (stamp.hasChanged()) {
            try {
                digests = read();
            } catch (LockstepException e) {
                // It is being replaced; the next change is looked at again.
                return;
            }
        }
    }

    private List<byte[]> read() {
        try {
            if (!PasswordFile.OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
                throw LockstepException.usage(
                        "others may read the tokens in " + file, "chmod 600 keeps them for its owner");
            }
            List<byte[]> read = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank()) {
                    read.add(digest(line.strip()));
                }
            }
            if (read.isEmpty()) {
                throw LockstepException.usage("there is no token in " + file, "it holds one a line");
            }
            return read;
        } catch (IOException e) {
            throw LockstepException.usage("cannot read the tokens in " + file + ": " + FileError.reason(e), null);
        }
    }

    private static byte[] digest(String token) {
        return Digests.sha256().digest(token.getBytes(StandardCharsets.UTF_8));
    }
}
