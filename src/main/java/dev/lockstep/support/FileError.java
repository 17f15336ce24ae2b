package dev.lockstep.support;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What a failed operation on a file says to a person: the words of the system, not the names of Java's classes. */
public final class FileError {
    private FileError() {}

    /** Why it failed: {@code no such file or directory}. The file is named only where the system names one more. */
    public static String reason(IOException e) {
        if (e instanceof FileSystemException failed) {
            return reason(failed);
        }
        if (e instanceof CharacterCodingException) {
            return "it is not text in UTF-8";
        }
        String message = e.getMessage();
        if (e instanceof FileNotFoundException && message != null && message.endsWith(")")) {
            // "FILE (Permission denied)"
            return message.substring(message.lastIndexOf('(') + 1, message.length() - 1);
        }
        return message == null ? "the system does not say why" : message;
    }

    private static String reason(FileSystemException e) {
        if (e.getReason() != null) {
            return e.getReason();
        }
        if (e instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "it exists already";
        }
        if (e instanceof NotDirectoryException) {
            return "it is not a directory";
        }
        if (e instanceof DirectoryNotEmptyException) {
            return "the directory is not empty";
        }
        return e instanceof FileSystemLoopException ? "its links lead in a circle" : "the system does not say why";
    }

    /** The same with the file that it is about, where the failure names it. */
    public static String namedReason(IOException e) {
        return e instanceof FileSystemException failed && failed.getFile() != null
                ? failed.getFile() + ": " + reason(e)
                : reason(e);
    }
}
