package dev.lockstep.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A network that fails on demand: a TCP proxy on a free port of this machine, before a server.
 *
 * <p>It passes everything until told otherwise. {@link #freeze}, {@link #refuse}, {@link #slow}, {@link #cutAfter}, {@link #loseReplyTo} and
 * {@link #rewrite} last until {@link #pass}; {@link #reset}, {@link #finish}, {@link #halfClose} and {@link #freezeExisting} happen once, to the connections
 * there are.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int UNLIMITED = Integer.MAX_VALUE;

    private final ServerSocket listener;
    private final InetSocketAddress target;
    private final Set<ProxyLink> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();

    private boolean frozen;
    private volatile boolean refusing;
    private volatile int bytesPerSecond = UNLIMITED;
    private volatile long cutAfter = Long.MAX_VALUE;
    private volatile Predicate<String> losing = text -> false;
    private volatile UnaryOperator<String> rewriting = UnaryOperator.identity();

    private FaultProxy(InetSocketAddress target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /** Starts a proxy before a server that need not be there yet. */
    public static FaultProxy before(String host, int port) {
        try {
            FaultProxy proxy = new FaultProxy(new InetSocketAddress(host, port));
            ProxyLink.daemon("proxy accept", proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a proxy before the database's server; see {@link TestDatabase#through}. */
    public static FaultProxy before(TestDatabase database) {
        return before(database.host(), database.port());
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** How many connections it has accepted since it started. */
    public int accepted() {
        return accepted.get();
    }

    /** Everything works again. What a freeze held back is delivered. */
    public synchronized void pass() {
        frozen = false;
        refusing = false;
        bytesPerSecond = UNLIMITED;
        cutAfter = Long.MAX_VALUE;
        losing = text -> false;
        rewriting = UnaryOperator.identity();
        links.forEach(ProxyLink::thaw);
        notifyAll();
    }

    /** A black hole: connections are accepted and kept, and not one byte is forwarded in either direction. */
    public synchronized void freeze() {
        frozen = true;
    }

    /** A black hole for the connections there are, as when a firewall forgets them; new ones work. */
    public synchronized void freezeExisting() {
        links.forEach(ProxyLink::freeze);
    }

    /** Every new connection is reset as soon as it is accepted; those there are live on. */
    public void refuse() {
        refusing = true;
    }

    /** Forwards no faster than this, in each direction of each connection. */
    public void slow(int limit) {
        bytesPerSecond = limit;
    }

    /** Resets a connection once the client has sent this many bytes on it; the bytes before are delivered. */
    public void cutAfter(long bytes) {
        cutAfter = bytes;
    }

    /**
     * Cuts between a request and its reply, the way an acknowledgement is lost: bytes from the client that match are
     * delivered, and when the server's reply arrives, it is dropped and the connection is reset.
     *
     * <p>pgjdbc sends the text of a COMMIT only with the first one on a connection; later ones name the statement.
     *
     * @param request sees what the client sent at once, a byte a character
     */
    public void loseReplyTo(Predicate<String> request) {
        losing = request;
    }

    /**
     * Delivers something else than what the client sent.
     *
     * @param request gets what the client sent at once, a byte a character, and returns as much
     */
    public void rewrite(UnaryOperator<String> request) {
        rewriting = request;
    }

    /** Resets every connection (RST): either side gets an error at its next read or write. */
    public void reset() {
        links.forEach(ProxyLink::reset);
    }

    /** Ends every connection in good order (FIN), as a server does that shuts down. */
    public void finish() {
        links.forEach(ProxyLink::finish);
    }

    /** Ends only what the server says (FIN to the client); the client's bytes are still delivered. */
    public void halfClose() {
        links.forEach(ProxyLink::halfClose);
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            pass();
            reset();
        }
    }

    private void accept() throws IOException {
        while (!listener.isClosed()) {
            Socket client = listener.accept();
            accepted.incrementAndGet();
            if (refusing) {
                ProxyLink.reset(client);
                continue;
            }
            ProxyLink link = new ProxyLink(this, client);
            links.add(link);
            ProxyLink.daemon("proxy link", () -> link.connect(target));
        }
    }

    void ended(ProxyLink link) {
        links.remove(link);
    }

    /** Returns when the link may forward. */
    synchronized void awaitPassage(ProxyLink link) throws InterruptedException {
        while ((frozen || link.isFrozen()) && !listener.isClosed()) {
            wait();
        }
    }

    /** How many of the bytes from the client may be delivered, when so many have been already. */
    int allowed(long delivered, int length) {
        return (int) Math.min(length, Math.max(0, cutAfter - delivered));
    }

    boolean losesReplyTo(String request) {
        return losing.test(request);
    }

    String rewritten(String request) {
        return rewriting.apply(request);
    }

    /** How many bytes may go at once; for {@link #pause} after each. */
    int portion() {
        return bytesPerSecond == UNLIMITED ? UNLIMITED : Math.max(1, bytesPerSecond / 50);
    }

    /** How long a portion takes on a slow line. */
    Duration pause(int portion) {
        return bytesPerSecond == UNLIMITED
                ? Duration.ZERO
                : Duration.ofNanos(portion * Duration.ofSeconds(1).toNanos() / bytesPerSecond);
    }
}
