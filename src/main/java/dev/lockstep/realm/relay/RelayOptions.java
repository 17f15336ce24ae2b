package dev.lockstep.realm.relay;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How streams are served.
 *
 * @param heartbeat after so long without an event a sign of life is sent
 * @param maxBehind a stream that has not taken so many events is cut
 * @param stall a stream that takes nothing for so long, though there is something, is cut
 * @param maxStreams more streams than this are turned away
 * @param origins of which pages in browsers may read; {@code *}: of any
 */
public record RelayOptions(
        Duration heartbeat,
        int maxBehind,
        Duration stall,
        int maxStreams,
        Set<String> origins,
        Optional<BearerTokens> tokens,
        Optional<TlsFiles> tls) {}
