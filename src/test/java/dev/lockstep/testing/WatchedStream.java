package dev.lockstep.testing;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A stream in UTF-8 to which nobody prints half of a surrogate pair, by which text is marked that is not laid out yet. */
final class WatchedStream extends PrintStream {
    WatchedStream(ByteArrayOutputStream sink) {
        super(sink, false, StandardCharsets.UTF_8);
    }

    @Override
    public void print(String text) {
        super.print(whole(text));
    }

    @Override
    public void println(String text) {
        super.println(whole(text));
    }

    private static String whole(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new AssertionError("printed with its marks, each of which shows as a question mark: " + text);
        }
        return text;
    }
}
