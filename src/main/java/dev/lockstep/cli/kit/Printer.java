package dev.lockstep.cli.kit;

import dev.lockstep.cli.text.StandardStream;
import dev.lockstep.support.FileError;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A stream of text in UTF-8 that keeps why it could not be written; a {@link PrintStream} only keeps that it could not. */
public final class Printer extends PrintStream {
    /** Java passes on the system's words, in English in the launcher's locale, and no number. */
    private static final String READER_IS_GONE = "Broken pipe";

    /** Where the text goes. */
    private enum Reader {
        TERMINAL,
        /** Shows it on a terminal. */
        PAGER,
        PROGRAM
    }

    private final Kept kept;
    private final Reader reader;

    private Printer(OutputStream stream, Reader reader) {
        this(new Kept(stream), reader);
    }

    private Printer(Kept kept, Reader reader) {
        super(kept, false, StandardCharsets.UTF_8);
        this.kept = kept;
        this.reader = reader;
    }

    /** Standard output. */
    public static Printer out() {
        return standard(StandardStream.OUTPUT, FileDescriptor.out);
    }

    /** Standard error. */
    public static Printer err() {
        return standard(StandardStream.ERROR, FileDescriptor.err);
    }

    private static Printer standard(StandardStream stream, FileDescriptor descriptor) {
        return new Printer(new FileOutputStream(descriptor), stream.isTerminal() ? Reader.TERMINAL : Reader.PROGRAM);
    }

    /** Prints to a pager. */
    public static Printer toPager(OutputStream pager) {
        return new Printer(pager, Reader.PAGER);
    }

    /**
     * Prints to a file.
     *
     * @throws IOException the file cannot be opened
     */
    public static Printer to(String file) throws IOException {
        return new Printer(new FileOutputStream(file), Reader.PROGRAM);
    }

    /** Whether the stream is a terminal. */
    public static boolean isTerminal(PrintStream stream) {
        return stream instanceof Printer printer && printer.reader == Reader.TERMINAL;
    }

    /** Whether a person reads what is printed to the stream: on a terminal, or in a pager there. */
    public static boolean isShown(PrintStream stream) {
        return stream instanceof Printer printer && printer.reader != Reader.PROGRAM;
    }

    /** Why something could not be written, such as a full disk; empty also when nobody reads any more. */
    Optional<IOException> failure() {
        return Optional.ofNullable(kept.failure)
                .filter(failure -> !String.valueOf(failure.getMessage()).contains(READER_IS_GONE));
    }

    /** The same of any stream, in a few words. */
    static Optional<String> reason(PrintStream stream) {
        return stream instanceof Printer printer ? printer.failure().map(FileError::reason) : Optional.empty();
    }

    private static final class Kept extends FilterOutputStream {
        private volatile IOException failure;

        Kept(OutputStream stream) {
            super(stream);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                out.write(bytes, from, length);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }
    }
}
