package dev.lockstep.cli.progress;

import dev.lockstep.support.ProgressListener;
import dev.lockstep.support.Work;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that tells how much of it has been read. */
public final class WatchedInput extends FilterInputStream {
    private final String name;
    private final long total;
    private final ProgressListener progress;
    private long read;

    /** @param total how many bytes it has; 0 if nobody knows */
    public WatchedInput(InputStream in, String name, long total, ProgressListener progress) {
        super(in);
        this.name = name;
        this.total = total;
        this.progress = progress;
    }

    @Override
    public int read() throws IOException {
        int one = in.read();
        tell(one < 0 ? 0 : 1);
        return one;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        int count = in.read(bytes, from, length);
        tell(Math.max(0, count));
        return count;
    }

    private void tell(int more) {
        read += more;
        progress.at(name, Work.BYTES_READ, read, total);
    }
}
