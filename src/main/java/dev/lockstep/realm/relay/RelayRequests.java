package dev.lockstep.realm.relay;

import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;

/** Reads the one request of a connection, and answers it or makes the connection a {@link Stream}. */
final class RelayRequests extends SimpleChannelInboundHandler<HttpObject> {
    static final String EVENTS = "/events";
    static final String HEALTH = "/healthz";

    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final String LAST_EVENT_ID_PARAMETER = "last-event-id";

    private final Streams streams;
    private boolean isAnswered;

    RelayRequests(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        streams.connected(context.channel());
        context.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        streams.requested(context.channel());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Future<?> unused = context.close();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (isAnswered || !(message instanceof HttpRequest request)) {
            return;
        }
        isAnswered = true;
        streams.requested(context.channel());
        if (request.decoderResult().isFailure()) {
            answer(context, request, HttpResponseStatus.BAD_REQUEST, "not a request that is understood\n");
            return;
        }
        try {
            answer(context, request, new QueryStringDecoder(request.uri()));
        } catch (IllegalArgumentException e) {
            answer(context, request, HttpResponseStatus.BAD_REQUEST, "not a URL\n");
        }
    }

    private void answer(ChannelHandlerContext context, HttpRequest request, QueryStringDecoder url) {
        boolean isStream = url.path().equals(EVENTS);
        if (!isStream && !url.path().equals(HEALTH)) {
            answer(context, request, HttpResponseStatus.NOT_FOUND, "there are " + EVENTS + " and " + HEALTH + "\n");
        } else if (isStream && request.method().equals(HttpMethod.OPTIONS)) {
            answer(context, request, HttpResponseStatus.NO_CONTENT, "");
        } else if (!request.method().equals(HttpMethod.GET)) {
            answer(context, request, HttpResponseStatus.METHOD_NOT_ALLOWED, "only GET\n");
        } else if (!isStream) {
            health(context, request);
        } else if (!isAdmitted(request)) {
            streams.counts().refused();
            answer(context, request, HttpResponseStatus.UNAUTHORIZED, "a bearer token is needed\n");
        } else if (streams.counts().open() >= streams.options().maxStreams()) {
            answer(context, request, HttpResponseStatus.SERVICE_UNAVAILABLE, "there are too many streams already\n");
        } else {
            stream(context, request, url);
        }
    }

    private boolean isAdmitted(HttpRequest request) {
        return streams.options()
                .tokens()
                .map(tokens -> tokens.admit(request.headers().get(HttpHeaderNames.AUTHORIZATION)))
                .orElse(true);
    }

    private void stream(ChannelHandlerContext context, HttpRequest request, QueryStringDecoder url) {
        Set<String> realms = new LinkedHashSet<>();
        try {
            url.parameters().getOrDefault("realm", List.of()).forEach(typed -> realms.add(realm(typed)));
        } catch (LockstepException e) {
            answer(
                    context,
                    request,
                    HttpResponseStatus.BAD_REQUEST,
                    Json.write(Map.of("error", e.getMessage())) + "\n");
            return;
        }
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-cache, no-transform")
                // Proxies that know it do not hold events back.
                .set("X-Accel-Buffering", "no")
                .set(HttpHeaderNames.CONNECTION, "close");
        allowOrigin(request, response.headers());
        Future<?> unused = context.write(response);
        Stream stream = new Stream(streams, realms);
        context.pipeline().addLast(stream);
        context.pipeline().remove(HttpServerCodec.class);
        context.pipeline().remove(this);
        stream.begin(context.channel(), lastEventId(request, url));
    }

    /** A page that subscribes anew has no header for it; a browser that connects again sends the header. */
    private static Optional<String> lastEventId(HttpRequest request, QueryStringDecoder url) {
        return Optional.ofNullable(request.headers().get(LAST_EVENT_ID))
                .filter(id -> !id.isBlank())
                .or(() -> url.parameters().getOrDefault(LAST_EVENT_ID_PARAMETER, List.of()).stream()
                        .filter(id -> !id.isBlank())
                        .findFirst());
    }

    /** As a URL, or as it is in payloads, where a blank is one. */
    private static String realm(String typed) {
        return RealmUrl.isPrefix(typed)
                ? typed
                : RealmUrl.read(typed.replace(" ", "%20")).url().value();
    }

    private void health(ChannelHandlerContext context, HttpRequest request) {
        RelaySource source = streams.source();
        Map<String, Object> health = new LinkedHashMap<>();
        health.put("ok", source.isReading());
        health.put("streams", streams.counts().open());
        health.put("lastEventId", source.recent().last().toString());
        answer(
                context,
                request,
                source.isReading() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE,
                Json.write(health) + "\n");
    }

    private void answer(ChannelHandlerContext context, HttpRequest request, HttpResponseStatus status, String text) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
        HttpHeaders headers = response.headers();
        headers.set(
                        HttpHeaderNames.CONTENT_TYPE,
                        text.startsWith("{") ? "application/json" : "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("X-Content-Type-Options", "nosniff")
                .set(HttpHeaderNames.CONNECTION, "close");
        if (!status.equals(HttpResponseStatus.NO_CONTENT)) {
            headers.setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        }
        if (status.equals(HttpResponseStatus.UNAUTHORIZED)) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"lockstep\"");
        }
        if (status.equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
            headers.set(HttpHeaderNames.RETRY_AFTER, "5");
        }
        if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            headers.set(HttpHeaderNames.ALLOW, "GET");
        }
        allowOrigin(request, headers);
        Future<?> unused = context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    private void allowOrigin(HttpRequest request, HttpHeaders headers) {
        Set<String> origins = streams.options().origins();
        String origin = request.headers().get(HttpHeaderNames.ORIGIN);
        if (origin != null && (origins.contains("*") || origins.contains(origin))) {
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origins.contains("*") ? "*" : origin)
                    .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "authorization, last-event-id, cache-control")
                    .set(HttpHeaderNames.VARY, "Origin");
        }
    }
}
