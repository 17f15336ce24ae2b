package dev.lockstep.realm.relay;

import dev.lockstep.realm.log.FeedEvent.ResyncReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One subscriber. It keeps no queue: it knows where it is, and takes from memory what its connection takes.
 *
 * <pre>
 *   asked with an id ──> in memory? ── yes ─────────────> LIVE: events as they come
 *                            │ no                           ↑            │
 *                            └──> CATCHING_UP: pages of the log          │ takes nothing, too far behind
 *                                     ├── none: memory is behind, and comes as far
 *                                     └── cannot be told: gap ─┘         └──────> cut
 * </pre>
 */
final class Stream extends ChannelInboundHandlerAdapter {
    /** Clients come back after about so long; spread, because they are cut off together. */
    private static final long RETRY_MILLIS = 1_000;

    private enum State {
        CATCHING_UP,
        LIVE,
        ENDED
    }

    private final Streams streams;
    private final Set<String> realms;
    private Channel channel;
    private State state = State.CATCHING_UP;
    private EventId reached;
    private long index;
    private List<Frame> page = List.of();
    private int sent;
    private boolean asking;
    private boolean welcomed;
    private long wroteAt = System.nanoTime();
    private long stuckSince;

    /** @param realms whose changes it wants; empty: all */
    Stream(Streams streams, Set<String> realms) {
        this.streams = streams;
        this.realms = realms;
    }

    /**
     * Begins.
     *
     * @param lastId where the subscriber was, as it was told; empty if it comes for the first time
     */
    void begin(Channel on, Optional<String> lastId) {
        channel = on;
        streams.add(this);
        if (lastId.isEmpty()) {
            startFromNow();
            welcome();
        } else {
            Optional<EventId> id = EventId.parse(lastId.get());
            if (id.isEmpty()) {
                broken("unknown-id");
            } else if (streams.source().hasForeignEmitters()) {
                broken(ResyncReason.FOREIGN_EMITTERS.label());
            } else {
                reached = id.get();
                resume();
            }
        }
        channel.flush();
        deliver();
    }

    private void startFromNow() {
        RecentEvents recent = streams.source().recent();
        synchronized (recent) {
            index = recent.next();
            reached = recent.last();
        }
        state = State.LIVE;
    }

    /** Once, when it is known from where it goes on. */
    private void welcome() {
        if (!welcomed) {
            welcomed = true;
            long retry = RETRY_MILLIS / 2 + ThreadLocalRandom.current().nextLong(RETRY_MILLIS);
            write(Frame.ready(reached, streams.options().heartbeat(), retry));
        }
    }

    /** From memory, if it reaches back so far; else the log is asked. */
    private void resume() {
        if (!resumeFromMemory()) {
            asking = true;
            streams.source()
                    .ask(new History.Question(reached, answer -> streams.loop().execute(() -> answered(answer))));
        }
    }

    private boolean resumeFromMemory() {
        if (streams.source().recent().after(reached) instanceof RecentEvents.Place.At at) {
            index = at.index();
            state = State.LIVE;
            welcome();
            return true;
        }
        return false;
    }

    private void answered(History.Answer answer) {
        asking = false;
        if (state != State.CATCHING_UP) {
            return;
        }
        if (answer instanceof History.Answer.Broken broken) {
            broken(broken.reason().label());
        } else if (answer instanceof History.Answer.Page found) {
            page = found.frames();
            sent = 0;
            welcome();
        }
        channel.flush();
        deliver();
    }

    /** What it missed cannot be told; it goes on with what comes now. */
    private void broken(String reason) {
        startFromNow();
        streams.counts().gap();
        // First, and with the place: who is cut off between the two must not come back without having heard of it.
        write(Frame.gap(reached, reason).bytes());
        welcome();
    }

    /** Sends what there is, as long as the connection takes it. */
    void deliver() {
        boolean wrote = false;
        while (state == State.CATCHING_UP && channel.isWritable() && sent < page.size()) {
            wrote |= deliverPage();
        }
        if (state == State.CATCHING_UP && !asking && sent == page.size() && !page.isEmpty()) {
            page = List.of();
            sent = 0;
            resume();
        }
        if (state == State.CATCHING_UP && !asking && page.isEmpty()) {
            // It has everything there is; what it has from another relay, memory may have heard of by now.
            resumeFromMemory();
        }
        while (state == State.LIVE
                && channel.isWritable()
                && index < streams.source().recent().next()) {
            wrote |= deliverBatch();
        }
        if (wrote) {
            channel.flush();
        }
        if (state == State.LIVE
                && !channel.isWritable()
                && streams.source().recent().behind(index) > streams.options().maxBehind()) {
            cut();
        }
    }

    private boolean deliverPage() {
        int size = 0;
        int events = 0;
        int from = sent;
        while (sent < page.size() && size < Streams.BATCH_BYTES) {
            size += page.get(sent).concerns(realms) ? page.get(sent).bytes().length : 0;
            sent++;
        }
        ByteBuf bytes = Unpooled.directBuffer(Math.max(1, size));
        for (Frame frame : page.subList(from, sent)) {
            if (frame.concerns(realms)) {
                bytes.writeBytes(frame.bytes());
                events++;
            }
            reached = frame.id();
        }
        return write(bytes, events);
    }

    private boolean deliverBatch() {
        boolean all = realms.isEmpty();
        Optional<Streams.Batch> found = all ? streams.batch(index) : streams.batch(index, realms);
        if (found.isEmpty()) {
            // Memory is shorter than what came at once.
            state = State.CATCHING_UP;
            resume();
            return false;
        }
        Streams.Batch batch = found.get();
        if (batch.reached() != null) {
            reached = batch.reached();
        }
        index = batch.after();
        return write(all ? batch.bytes().retainedDuplicate() : batch.bytes(), batch.events());
    }

    private boolean write(ByteBuf bytes, int events) {
        if (!bytes.isReadable()) {
            bytes.release();
            return false;
        }
        Future<?> unused = channel.write(bytes, channel.voidPromise());
        streams.counts().delivered(events);
        wroteAt = System.nanoTime();
        return true;
    }

    private void write(byte[] bytes) {
        write(Unpooled.wrappedBuffer(bytes), 0);
    }

    /** Now and then: a sign of life, an end to who takes nothing, another try where the log could not be read. */
    void sweep(long now) {
        if (!channel.isWritable()) {
            stuckSince = stuckSince == 0 ? now : stuckSince;
            if (now - stuckSince > streams.options().stall().toNanos()) {
                cut();
            }
            return;
        }
        stuckSince = 0;
        if (state == State.CATCHING_UP && !asking && page.isEmpty()) {
            resume();
        }
        deliver();
        if (now - wroteAt >= streams.options().heartbeat().toNanos() && state != State.ENDED) {
            write(Frame.heartbeat(realms.isEmpty() ? Optional.empty() : Optional.of(reached)));
            channel.flush();
        }
    }

    private void cut() {
        if (state != State.ENDED) {
            streams.counts().cut();
            // What it has not taken is not kept for it: it comes back with the id that it has.
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            end();
        }
    }

    private void end() {
        state = State.ENDED;
        page = List.of();
        streams.remove(this);
        Future<?> unused = channel.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (state != State.ENDED && context.channel().isWritable()) {
            stuckSince = 0;
            deliver();
        }
    }

    /** Nothing more is expected of it. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        end();
    }
}
