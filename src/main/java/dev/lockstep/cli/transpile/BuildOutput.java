package dev.lockstep.cli.transpile;

import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.ExitTrouble;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.WholeFile;
import dev.lockstep.support.FileError;
import dev.lockstep.transpile.Artifact;
import dev.lockstep.transpile.BuildRecord;
import dev.lockstep.transpile.Content;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where a build leaves its artifact, and a hit puts it: standard output, a file, or a folder with all that is in it. */
final class BuildOutput {
    private final Optional<Path> place;
    private final boolean isFolder;

    /** @param name of the file or folder, which ends with a slash or is there; empty: standard output */
    BuildOutput(Optional<String> name) {
        place = name.map(Invocation::file);
        isFolder = name.isPresent() && (name.get().endsWith("/") || Files.isDirectory(place.get()));
    }

    boolean isPrinted() {
        return place.isEmpty();
    }

    boolean isFolder() {
        return isFolder;
    }

    /** What the command has made. */
    BuildRecord.Form form() {
        if (isFolder) {
            return BuildRecord.Form.FOLDER;
        }
        return place.filter(Files::isExecutable).isPresent() ? BuildRecord.Form.PROGRAM : BuildRecord.Form.FILE;
    }

    /** What is there, without its content: two of one state are equal. */
    Object state() throws IOException {
        if (place.isEmpty()) {
            return List.of();
        }
        List<Object> state = new ArrayList<>(List.of(identity(place.get())));
        if (isFolder && Files.isDirectory(place.get())) {
            for (Path path : FolderArchive.contents(place.get().toRealPath())) {
                state.add(path);
                state.add(identity(path));
            }
        }
        return state;
    }

    private static Object identity(Path file) {
        try {
            BasicFileAttributes there =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return List.of(there.lastModifiedTime(), there.size(), String.valueOf(there.fileKey()));
        } catch (IOException e) {
            return "none";
        }
    }

    /**
     * The artifact, after the command has ended.
     *
     * @param printed what the command has printed
     * @param before {@link #state} when it began
     */
    Content artifact(Content printed, Object before) throws IOException {
        if (place.isEmpty()) {
            return printed;
        }
        Path there = place.get();
        if (state().equals(before)) {
            throw trouble("no-output", "the command has not written " + there, null);
        }
        if (isFolder != Files.isDirectory(there) || !Files.exists(there)) {
            throw trouble(
                    "no-output",
                    "the command has not written the " + (isFolder ? "folder " : "file ") + there,
                    isFolder ? null : Files.isDirectory(there) ? "--output " + there + "/ for a folder" : null);
        }
        if (!isFolder) {
            try (InputStream in = Files.newInputStream(there)) {
                return Content.read(in);
            }
        }
        try {
            return FolderArchive.pack(there);
        } catch (IOException e) {
            throw trouble("bad-output", "cannot pack " + there + ": " + FileError.namedReason(e), "nothing was stored");
        }
    }

    /** Puts what was built elsewhere where the command would have. */
    void restore(Artifact artifact) throws IOException {
        Path there = place.orElseThrow();
        if (isFolder) {
            FolderArchive.unpack(artifact.content(), there);
            return;
        }
        WholeFile.write(there, artifact.content()::writeTo);
        if (artifact.build().form() == BuildRecord.Form.PROGRAM) {
            makeExecutable(there);
        }
    }

    /** For whoever may read it. */
    private static void makeExecutable(Path file) throws IOException {
        Set<PosixFilePermission> mode = EnumSet.copyOf(Files.getPosixFilePermissions(file));
        mode.add(PosixFilePermission.OWNER_EXECUTE);
        if (mode.contains(PosixFilePermission.GROUP_READ)) {
            mode.add(PosixFilePermission.GROUP_EXECUTE);
        }
        if (mode.contains(PosixFilePermission.OTHERS_READ)) {
            mode.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        Files.setPosixFilePermissions(file, mode);
    }

    private static ExitTrouble trouble(String code, String what, String hint) {
        return new ExitTrouble(ExitCode.AROUND_CHILD, code, what, hint, null);
    }
}
