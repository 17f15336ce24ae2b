package dev.lockstep.realm.relay;

import dev.lockstep.support.LockstepException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Serves streams over HTTP. A few threads have all connections among them; none has one of its own. */
public final class RelayServer implements AutoCloseable {
    private static final int MAX_THREADS = 4;
    private static final int BACKLOG = 4_096;

    /** Of the system, for each connection: who takes nothing is noticed before it holds much. */
    private static final int SEND_BUFFER = 64 * 1024;

    private final MultiThreadIoEventLoopGroup loops;
    private final RelayCounts counts = new RelayCounts();
    private final Channel listening;

    private RelayServer(RelaySource source, InetSocketAddress address, RelayOptions options) {
        int threads = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
        loops = new MultiThreadIoEventLoopGroup(threads, NioIoHandler.newFactory());
        IdentityHashMap<EventLoop, Streams> streams = new IdentityHashMap<>();
        for (EventExecutor loop : loops) {
            streams.put((EventLoop) loop, new Streams((EventLoop) loop, source, options, counts));
        }
        source.onNews(() -> streams.values().forEach(Streams::wake));
        ChannelFuture bound = bootstrap(loops, streams, options).bind(address).awaitUninterruptibly();
        listening = bound.channel();
        if (!bound.isSuccess()) {
            close();
            throw new LockstepException(
                    LockstepException.Kind.FAILED,
                    "cannot-listen",
                    "cannot listen at " + address.getHostString() + ":" + address.getPort() + ": "
                            + bound.cause().getMessage(),
                    "another program may have the port, or the address is not this machine's",
                    bound.cause());
        }
    }

    /**
     * Reads what there is, and begins to serve.
     *
     * @param address its port may be 0: any that is free
     * @throws LockstepException the log cannot be read; or, of kind failed, nobody can listen at that address
     */
    public static RelayServer start(RelaySource source, InetSocketAddress address, RelayOptions options)
            throws InterruptedException {
        source.start();
        return new RelayServer(source, address, options);
    }

    private static ServerBootstrap bootstrap(
            MultiThreadIoEventLoopGroup loops, Map<EventLoop, Streams> streams, RelayOptions options) {
        return new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(Streams.BATCH_BYTES, 2 * Streams.BATCH_BYTES))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        options.tls().ifPresent(tls -> channel.pipeline().addLast(tls.handler(channel.alloc())));
                        channel.pipeline()
                                .addLast(new HttpServerCodec(), new RelayRequests(streams.get(channel.eventLoop())));
                    }
                });
    }

    /** Where it listens, with the port that it has. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    public RelayCounts counts() {
        return counts;
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
