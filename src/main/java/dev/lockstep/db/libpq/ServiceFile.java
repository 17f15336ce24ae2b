package dev.lockstep.db.libpq;

import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * libpq's connection service file: sections {@code [name]} of {@code keyword=value} lines, {@code #} before a comment.
 *
 * <p>Read as libpq does: blanks around a line do not count, those around {@code =} do; of two equal keywords the first
 * counts, of two equal sections too; what is wrong in other sections is nobody's business.
 */
final class ServiceFile {
    /** Where the packages of PostgreSQL look, for want of PGSYSCONFDIR: libpq's own choice is made when it is built. */
    private static final List<String> SYSTEM_FOLDERS =
            List.of("/etc/postgresql-common", "/etc/sysconfig/pgsql", "/etc");

    private static final String NAME = "pg_service.conf";

    private ServiceFile() {}

    /**
     * Looks the service up in the user's file, then in the system's.
     *
     * @param userFile PGSERVICEFILE, if it is set
     * @throws LockstepException usage: no file has it, or its section is malformed
     */
    static Map<Parameter, String> find(String service, Optional<String> userFile, Environment environment) {
        Path user = userFile.map(Path::of).orElseGet(() -> environment.home().resolve(".pg_service.conf"));
        Optional<Map<Parameter, String>> found = read(user, service);
        if (found.isPresent()) {
            return found.get();
        }
        List<String> folders = environment.get("PGSYSCONFDIR").map(List::of).orElse(SYSTEM_FOLDERS);
        for (String folder : folders) {
            found = read(Path.of(folder, NAME), service);
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw LockstepException.usage(
                "no service '" + service + "' in " + user + " or in " + NAME + " of " + String.join(", ", folders),
                "a service is a section [" + service + "] with lines like host=db9 and dbname=app");
    }

    private static Optional<Map<Parameter, String>> read(Path file, String service) {
        return Files.exists(file) ? section(service, file, lines(file)) : Optional.empty();
    }

    private static List<String> lines(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw LockstepException.usage(
                    "cannot read the service file " + file, "check that it is a file that you may read");
        }
    }

    static Optional<Map<Parameter, String>> section(String service, Path file, List<String> lines) {
        Map<Parameter, String> parameters = null;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.startsWith("[")) {
                if (parameters != null) {
                    break;
                }
                if (line.startsWith(service + "]", 1)) {
                    parameters = new EnumMap<>(Parameter.class);
                }
            } else if (parameters != null && !line.isEmpty() && !line.startsWith("#")) {
                add(line, file + ", line " + (i + 1), parameters);
            }
        }
        return Optional.ofNullable(parameters);
    }

    /** No error shows the line: it may hold a password. */
    private static void add(String line, String where, Map<Parameter, String> parameters) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            throw LockstepException.usage(
                    where + ": a line without '='", "it takes keyword=value, with no blanks around '='");
        }
        String keyword = line.substring(0, equals);
        Parameter parameter = Parameter.of(keyword);
        if (parameter == null) {
            throw LockstepException.usage(
                    where + ": unknown keyword",
                    DidYouMean.to(keyword, Parameter.keywords())
                            .map(near -> "did you mean " + near + "= with no blanks around '='?")
                            .orElse("it takes the parameters of psql: host, port, dbname, user, sslmode, …"));
        }
        if (parameter == Parameter.SERVICE || parameter == Parameter.SERVICEFILE) {
            throw LockstepException.usage(where + ": a service cannot refer to another service", null);
        }
        parameters.putIfAbsent(parameter, line.substring(equals + 1));
    }
}
