package dev.lockstep.realm.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** Whether files have changed since one looked last; the system is asked at most once a second. */
final class FileStamp {
    private static final long PAUSE_NANOS = 1_000_000_000;

    private final List<Path> files;
    private List<Object> seen = List.of();
    private long lookedAt = System.nanoTime() - PAUSE_NANOS;

    FileStamp(List<Path> files) {
        this.files = files;
    }

    synchronized boolean hasChanged() {
        long now = System.nanoTime();
        if (now - lookedAt < PAUSE_NANOS) {
            return false;
        }
        lookedAt = now;
        List<Object> found = new ArrayList<>();
        for (Path file : files) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                found.add(List.of(
                        attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey())));
            } catch (IOException e) {
                found.add("");
            }
        }
        boolean changed = !found.equals(seen);
        seen = found;
        return changed;
    }
}
