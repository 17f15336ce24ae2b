package dev.lockstep.cli.transpile;

import java.nio.file.Path;
import java.util.Optional;

/** Where a realm lies on this machine, as the place of a source and the name of what is made of it tell. */
final class RealmFolder {
    private RealmFolder() {}

    /**
     * Of {@code /src/lib/part.c}, from which {@code lib/part.o} is made, it is {@code /src}: but for the ending, the names are the same.
     *
     * @param artifact its path in the realm
     * @return empty if they are not
     */
    static Optional<Path> of(Path source, String artifact) {
        Path local = unended(Path.of(artifact));
        Path folder = unended(source.toAbsolutePath().normalize());
        if (!folder.endsWith(local)) {
            return Optional.empty();
        }
        for (int i = 0; i < local.getNameCount(); i++) {
            folder = folder.getParent();
        }
        return Optional.of(folder);
    }

    private static Path unended(Path file) {
        return file.resolveSibling(file.getFileName().toString().replaceFirst("(?<=.)[.][^.]*$", ""));
    }
}
