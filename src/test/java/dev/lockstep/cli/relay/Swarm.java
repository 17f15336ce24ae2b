package dev.lockstep.cli.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Thousands of subscribers of one relay in one thread. Each notes that the numbers it hears go up one by one, is cut off when
 * told to, and comes back with the last id that it has.
 */
final class Swarm implements AutoCloseable, Runnable {
    private static final byte[] ID = "id: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT = "event: ".getBytes(StandardCharsets.US_ASCII);
    private static final int BUFFER = 256 * 1024;

    /** One subscriber. */
    private final class Member {
        private SocketChannel channel;
        private byte[] line = new byte[256];
        private int length;
        private String id;
        private String pendingId;
        private boolean isChange;
        private long last = -1;
        private boolean isReady;

        private void connect() throws IOException {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            length = 0;
            isChange = false;
            isReady = false;
            pendingId = null;
            int interest = channel.connect(address) ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT;
            channel.register(selector, interest, this);
        }

        private void ask(SelectionKey key) throws IOException {
            channel.finishConnect();
            String request = "GET /events HTTP/1.1\r\nHost: localhost\r\n"
                    + (id == null ? "" : "Last-Event-ID: " + id + "\r\n") + "\r\n";
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            key.interestOps(SelectionKey.OP_READ);
        }

        private void cut() throws IOException {
            channel.close();
            ready.addAndGet(-(isReady ? 1 : 0));
            connect();
        }

        private void read(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                byte one = bytes.get();
                if (one == '\n') {
                    line();
                    length = 0;
                } else if (length < line.length) {
                    line[length++] = one;
                }
            }
        }

        private void line() {
            if (startsWith(ID)) {
                pendingId = new String(line, ID.length, length - ID.length, StandardCharsets.US_ASCII);
            } else if (startsWith(EVENT)) {
                char kind = (char) line[EVENT.length];
                isChange = kind == 'c';
                if (kind == 'g') {
                    faults.add("a gap after " + id);
                } else if (kind == 'r') {
                    isReady = true;
                    ready.incrementAndGet();
                }
            } else if (length == 0 && pendingId != null) {
                event();
            }
        }

        private void event() {
            int from = pendingId.indexOf(':') + 1;
            int to = pendingId.indexOf(':', from);
            long number = Long.parseLong(pendingId, from, to < 0 ? pendingId.length() : to, 10);
            if (isChange) {
                delivered.incrementAndGet();
                if (number != last + 1) {
                    faults.add(number + " after " + last);
                }
                complete.addAndGet(number == goal ? 1 : 0);
            } else if (last >= 0 && number != last) {
                faults.add("went on from " + number + ", not from " + last);
            }
            last = number;
            id = pendingId;
            pendingId = null;
            isChange = false;
        }

        private boolean startsWith(byte[] field) {
            if (length < field.length) {
                return false;
            }
            for (int i = 0; i < field.length; i++) {
                if (line[i] != field[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    private final InetSocketAddress address;
    private final Selector selector;
    private final List<Member> members = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final Random random;
    private final Thread thread = new Thread(this, "swarm");
    private final long goal;
    private final AtomicInteger cutsWanted = new AtomicInteger();
    private final AtomicInteger ready = new AtomicInteger();
    private final AtomicInteger complete = new AtomicInteger();
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong cuts = new AtomicLong();
    private volatile boolean closing;
    private volatile IOException failure;

    /** @param goal the number with which a member has all */
    Swarm(String url, int size, long goal, Random random) throws IOException {
        URI uri = URI.create(url);
        this.address = new InetSocketAddress(uri.getHost(), uri.getPort());
        this.selector = Selector.open();
        this.goal = goal;
        this.random = random;
        for (int i = 0; i < size; i++) {
            members.add(new Member());
        }
        thread.setDaemon(true);
        thread.start();
    }

    int ready() {
        return ready.get();
    }

    int complete() {
        return complete.get();
    }

    long delivered() {
        return delivered.get();
    }

    long cuts() {
        return cuts.get();
    }

    /** What went wrong; to be asked when it is closed. */
    List<String> faults() {
        return faults;
    }

    /** Cuts so many members, chosen at random, off; they come back at once. */
    void cut(int number) {
        cutsWanted.addAndGet(number);
    }

    @Override
    public void run() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(BUFFER);
        try {
            for (Member member : members) {
                member.connect();
                turn(bytes);
            }
            while (!closing) {
                turn(bytes);
                while (cutsWanted.get() > 0) {
                    members.get(random.nextInt(members.size())).cut();
                    cutsWanted.decrementAndGet();
                    cuts.incrementAndGet();
                }
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    private void turn(ByteBuffer bytes) throws IOException {
        selector.select(50);
        for (SelectionKey key : selector.selectedKeys()) {
            Member member = (Member) key.attachment();
            if (!key.isValid()) {
                continue;
            }
            if (!key.isReadable()) {
                member.ask(key);
                continue;
            }
            bytes.clear();
            int read = readOf(member, bytes);
            bytes.flip();
            member.read(bytes);
            if (read < 0) {
                member.cut();
            }
        }
        selector.selectedKeys().clear();
    }

    private static int readOf(Member member, ByteBuffer bytes) {
        try {
            return member.channel.read(bytes);
        } catch (IOException e) {
            return -1;
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        closing = true;
        thread.join();
        for (Member member : members) {
            if (member.channel != null) {
                member.channel.close();
            }
        }
        selector.close();
        if (failure != null) {
            throw failure;
        }
    }
}
