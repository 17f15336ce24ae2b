package dev.lockstep.realm;

import dev.lockstep.db.DbPool;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.log.RealmListener;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.Await;
import dev.lockstep.transpile.Artifact;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.Captured;
import dev.lockstep.transpile.Content;
import dev.lockstep.transpile.TranspileCache.StoreResult;
import dev.lockstep.transpile.service.SharedBuilds;
import dev.lockstep.transpile.service.SharedBuilds.Role;
import dev.lockstep.transpile.service.SharedBuilds.Served;
import dev.lockstep.transpile.service.Source;
import dev.lockstep.transpile.service.TranspileService;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that serves modules whose sources are numbers, from all layers, until it is told to stop; then it waits until
 * its own layer is current. It prints how often what happened, {@code served {HIT=…, WINNER=…, …}}; {@code STALE=…} is
 * among it if the shared layer's answer was ever older than what had been acknowledged before the request.
 */
final class ServingReplica {
    static final RealmUrl REALM = new RealmUrl("http://localhost:4201/luke/");
    private static final Duration QUIET = Duration.ofSeconds(60);
    private static final int CAPACITY = 1 << 20;
    /** A build takes this long at most; microseconds. */
    private static final int MAX_BUILD = 5_000;

    /** Numbers that the processes of one test share, as a file in memory. */
    static final class Board {
        static final int PATHS = 20;
        private static final VarHandle LONGS =
                MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

        private final ByteBuffer shared;

        Board(Path file) throws IOException {
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                shared = channel.map(FileChannel.MapMode.READ_WRITE, 0, (2 * PATHS + 1) * (long) Long.BYTES);
            }
        }

        static String path(int number) {
            return "module-" + number + ".gts";
        }

        long source(int path) {
            return get(path);
        }

        void edit(int path) {
            set(path, source(path) + 1);
        }

        /** The version whose invalidation is committed. */
        long acknowledged(int path) {
            return get(PATHS + path);
        }

        void acknowledge(int path, long version) {
            set(PATHS + path, version);
        }

        boolean isOver() {
            return get(2 * PATHS) > 0;
        }

        void end() {
            set(2 * PATHS, 1);
        }

        private long get(int slot) {
            return (long) LONGS.getVolatile(shared, slot * Long.BYTES);
        }

        private void set(int slot, long value) {
            LONGS.setVolatile(shared, slot * Long.BYTES, value);
        }
    }

    private final Board board;
    private final Map<String, Integer> served = new TreeMap<>();

    private ServingReplica(Board board) {
        this.board = board;
    }

    public static void main(String[] args) throws Exception {
        Databases databases = new Databases(Environment.ofProcess());
        PgTarget target = PgTarget.resolve(null, TargetSources.of(databases.environment()));
        ServingReplica replica = new ServingReplica(new Board(Path.of(args[0])));
        try (DbPool pool = new DbPool(() -> databases.postgres(target, Session.of("replica", Session.Use.WRITE)), 3);
                PgListener listener = databases.listener(
                        target, Session.of("wake-ups", Session.Use.LISTEN), PgListener.Options.DEFAULT);
                SharedBuilds builds = new SharedBuilds(pool, listener, Duration.ofSeconds(20), (cost, fault) -> {})) {
            TranspileService service = new TranspileService(
                    CAPACITY,
                    builds,
                    (realm, path) -> Optional.of(replica.source(path)),
                    replica::build,
                    Optional.empty());
            try (RealmListener ear =
                    RealmListener.listening(databases, target, RealmHandler.of(service.invalidations()))) {
                ear.awaitReady();
                System.out.println("ready");
                replica.serve(builds, service);
            }
        }
        System.out.println("served " + replica.served);
    }

    private void serve(SharedBuilds builds, TranspileService service) throws InterruptedException, IOException {
        while (!board.isOver()) {
            int path = ThreadLocalRandom.current().nextInt(Board.PATHS);
            long known = board.acknowledged(path);
            try (Served shared = builds.serve(key(path), source(Board.path(path)), this::build)) {
                count(shared.role().name());
                if (version(shared.artifact()) < known) {
                    count("STALE");
                }
                if (shared.stored().equals(Optional.of(StoreResult.STALE))) {
                    count("STALE_STORE");
                }
            }
            if (service.serve(REALM.value(), Board.path(path)).role() == Role.HIT) {
                count("LOCAL_LAYER");
            }
        }
        for (int path = 0; path < Board.PATHS; path++) {
            int last = path;
            Await.until(
                    "the local layer to be current",
                    QUIET,
                    () -> version(service.serve(REALM.value(), Board.path(last)).artifact()) == board.source(last));
        }
    }

    private void count(String what) {
        served.merge(what, 1, Integer::sum);
    }

    private static ArtifactKey key(int path) {
        return ArtifactKey.of(REALM.value(), Board.path(path), Optional.empty());
    }

    private Source source(String path) {
        int number = Integer.parseInt(path.substring("module-".length(), path.length() - ".gts".length()));
        return Source.of(path, () -> {
            byte[] version = Long.toString(board.source(number)).getBytes(StandardCharsets.US_ASCII);
            return new ByteArrayInputStream(version);
        });
    }

    /** Reads the source, and then takes its time. */
    private Artifact build(Source source, Captured captured) throws IOException {
        try (InputStream in = source.open(captured)) {
            Content content = Content.read(in);
            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(MAX_BUILD) * 1_000L);
            return Artifact.of(content);
        }
    }

    private static long version(Artifact artifact) {
        return Long.parseLong(artifact.content().text().orElseThrow());
    }
}
