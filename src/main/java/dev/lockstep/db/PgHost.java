package dev.lockstep.db;

import java.util.Optional;

/**
 * One of the servers of a target.
 *
 * @param name what certificates and password files call it; an IPv6 address without brackets
 * @param address where to connect, if that is not found by the name
 * @param passwordOrigin where the password came from, in words that follow "password"
 */
record PgHost(String name, Optional<String> address, int port, Optional<Secret> password, String passwordOrigin) {
    @Override
    public String toString() {
        return (name.indexOf(':') < 0 ? name : "[" + name + "]") + ":" + port;
    }
}
