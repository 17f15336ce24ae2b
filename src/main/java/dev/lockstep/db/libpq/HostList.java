package dev.lockstep.db.libpq;

import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The hosts that a target's parameters name, each with its address, its port and its own password. */
final class HostList {
    private static final String DEFAULT_HOST = "localhost";

    /** Where libpq's builders put the socket: in password files, such a host is called localhost. */
    private static final Set<String> DEFAULT_FOLDERS = Set.of("/var/run/postgresql", "/run/postgresql", "/tmp");

    private static final int DEFAULT_PORT = 5432;
    private static final int MAX_PORT = 65_535;

    private final ParameterSet parameters;
    private final String user;
    private final String database;
    private final TargetSources sources;

    /** The password for every host, and in whose name; if there is none, the lines of the password file decide. */
    private Optional<Secret> password;

    private String passwordOrigin;
    private List<String> passwordLines = List.of();

    /** @param sources may name a password file, which beats every other password; each password found is a secret there */
    HostList(ParameterSet parameters, String user, String database, TargetSources sources) {
        this.parameters = parameters;
        this.user = user;
        this.database = database;
        this.sources = sources;
    }

    /**
     * Lists the hosts in the order in which to try them.
     *
     * @param warnings learns of a password file that does not count
     * @throws LockstepException usage: the lists do not fit together, a port is no port, or a host is an abstract socket
     */
    List<Host> find(List<String> warnings) {
        List<String> names = list(parameters.name(Parameter.HOST));
        List<String> addresses = list(parameters.name(Parameter.HOSTADDR));
        List<String> ports = list(parameters.text(Parameter.PORT));
        int count = Math.max(1, addresses.isEmpty() ? names.size() : addresses.size());
        if (!addresses.isEmpty() && !names.isEmpty() && names.size() != count) {
            throw parameters.bad(Parameter.HOSTADDR, "must name as many addresses as there are hosts");
        }
        if (ports.size() > 1 && ports.size() != count) {
            throw parameters.bad(Parameter.PORT, "must be one port, or as many as there are hosts");
        }
        findPasswords(warnings);
        List<Host> found = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Optional<String> address = element(addresses, i);
            String name = host(element(names, i).or(() -> address).orElse(DEFAULT_HOST));
            int port = element(ports, ports.size() == 1 ? 0 : i).map(this::port).orElse(DEFAULT_PORT);
            found.add(withPassword(name, address, port));
        }
        return List.copyOf(found);
    }

    private static List<String> list(Optional<String> value) {
        return value.map(text -> List.of(text.split(",", -1))).orElse(List.of());
    }

    private static Optional<String> element(List<String> list, int index) {
        return index < list.size() ? Optional.of(list.get(index)).filter(text -> !text.isEmpty()) : Optional.empty();
    }

    private String host(String name) {
        if (name.startsWith("@")) {
            throw LockstepException.usage(
                    "host " + parameters.origin(Parameter.HOST)
                            + " is a Unix socket in the abstract namespace, which Java cannot use",
                    "give the folder of a socket, or a host name");
        }
        return name;
    }

    private int port(String text) {
        int port;
        try {
            port = Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            port = 0;
        }
        if (port < 1 || port > MAX_PORT) {
            throw parameters.bad(Parameter.PORT, "must be a number from 1 to " + MAX_PORT);
        }
        return port;
    }

    /** The password file is read only if nothing else has a password. */
    private void findPasswords(List<String> warnings) {
        parameters.text(Parameter.SSLPASSWORD).map(Secret::of).ifPresent(this::hide);
        if (sources.passwordFile().isPresent()) {
            password = sources.passwordFile().map(PasswordFile::only);
            passwordOrigin = "from " + sources.passwordOption();
            return;
        }
        password = parameters.text(Parameter.PASSWORD).map(Secret::of);
        passwordOrigin = parameters.origin(Parameter.PASSWORD);
        if (password.isEmpty()) {
            Path file = parameters.text(Parameter.PASSFILE).map(Path::of).orElseGet(() -> sources.environment()
                    .home()
                    .resolve(".pgpass"));
            passwordLines = PasswordFile.lines(file, warnings);
            passwordOrigin = "from " + file;
        }
    }

    private Host withPassword(String name, Optional<String> address, int port) {
        String known = address.isEmpty() && DEFAULT_FOLDERS.contains(name) ? DEFAULT_HOST : name;
        Optional<Secret> own =
                password.or(() -> PasswordFile.find(passwordLines, known, Integer.toString(port), database, user));
        own.ifPresent(this::hide);
        return new Host(name, address, port, own, own.isPresent() ? passwordOrigin : "not given");
    }

    /** A password that is also the user's name guards nothing, and without it no message could be read. */
    private void hide(Secret secret) {
        if (!secret.reveal().equals(user) && !secret.reveal().equals(database)) {
            sources.environment().redactor().register(secret);
        }
    }
}
