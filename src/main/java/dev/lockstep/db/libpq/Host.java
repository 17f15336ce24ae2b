package dev.lockstep.db.libpq;

import dev.lockstep.support.Secret;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One of the servers of a target.
 *
 * @param name what certificates and password files call it; an IPv6 address without brackets; or the folder of a
 *     Unix socket
 * @param address where to connect, if that is not found by the name
 * @param passwordOrigin where the password came from, in words that follow "password"
 */
public record Host(String name, Optional<String> address, int port, Optional<Secret> password, String passwordOrigin) {
    /** The file of the server's Unix socket, if the name is the folder where it lies. */
    public Optional<Path> unixSocket() {
        return address.isEmpty() && isFolder(name) ? Optional.of(Path.of(name, ".s.PGSQL." + port)) : Optional.empty();
    }

    static boolean isFolder(String name) {
        return name.startsWith("/");
    }

    @Override
    public String toString() {
        return (name.indexOf(':') < 0 ? name : "[" + name + "]") + ":" + port;
    }
}
