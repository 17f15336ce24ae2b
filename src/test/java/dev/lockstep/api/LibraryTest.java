package dev.lockstep.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.audit.AuditLines;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.outbox.OutboxSchema;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Shared builds, the audit log and the outbox, as a Java program has them. */
@ExtendWith(PostgresExtension.class)
class LibraryTest {
    private static final String REALM = "http://localhost:4201/luke/";
    private static final String PATH = "cards/person.gts";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String AUDIT = """
            create table audit (
              id bigserial primary key, "orgUid" varchar(255) not null, "registryId" varchar(255) not null,
              "rootHash" varchar(255) not null, type varchar(255) not null, change text, "table" varchar(255),
              "onchainConfirmationTimeStamp" varchar(255) not null, "createdAt" timestamptz, "updatedAt" timestamptz,
              comment varchar(255), author varchar(255), generation integer)
            """;

    @Test
    void aBuildIsMadeOnceUntilItsFileIsInvalidated(TestDatabase database) throws Exception {
        Map<String, Integer> roles = new ConcurrentHashMap<>();
        AtomicInteger built = new AtomicInteger();
        SharedBuilds.Settings settings =
                SharedBuilds.on(database.url()).realm(REALM).fingerprint("compiler 1");
        assertThatThrownBy(settings::open).isInstanceOfSatisfying(LockstepException.class, e -> assertThat(e.code())
                .isEqualTo("no-schema"));

        Metrics metrics = new Metrics() {
            @Override
            public void count(String name, long amount, Map<String, String> tags) {}

            @Override
            public void time(String name, Duration took, Map<String, String> tags) {
                roles.merge(tags.get("role"), 1, Integer::sum);
            }
        };
        SharedBuilds.Build build = () -> ("code " + built.incrementAndGet()).getBytes(StandardCharsets.UTF_8);
        try (SharedBuilds one = settings.install().metrics(metrics).open();
                SharedBuilds other = settings.metrics(metrics).open()) {
            assertThat(one.get(PATH, build)).asString().isEqualTo("code 1");
            assertThat(other.get(PATH, build)).asString().isEqualTo("code 1");
            assertThat(InvalidationSender.on(database.url())
                            .invalidate(REALM, PATH)
                            .artifacts())
                    .isPositive();
            assertThat(other.get(PATH, build)).asString().isEqualTo("code 2");
        }
        assertThat(roles).containsEntry("winner", 2).containsEntry("hit", 1);
    }

    @Test
    void aGenerationIsWrittenOnceAndTheConnectionIsLeftAsItWas(TestDatabase database) throws Exception {
        database.execute(AUDIT);
        String rows = AuditLines.created("r1") + "\n" + AuditLines.line("r1", 1, 0) + "\n";
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            AuditLog log = AuditLog.on(connection);

            assertThat(log.write(new ByteArrayInputStream(rows.getBytes(StandardCharsets.UTF_8))))
                    .isEqualTo(new AuditLog.Written(2, 2, 0, 2));
            assertThat(log.write(new ByteArrayInputStream(rows.getBytes(StandardCharsets.UTF_8))))
                    .isEqualTo(new AuditLog.Written(2, 0, 2, 0));
            assertThat(log.registries()).allMatch(AuditLog.Registry::isWhole).hasSize(1);
            assertThat(log.indexes()).extracting(AuditLog.Index::state).contains("missing");
            assertThat(log.makeIndexes()).extracting(AuditLog.Index::state).doesNotContain("missing");
            assertThat(log.indexes()).extracting(AuditLog.Index::state).containsOnly("present");

            assertThat(connection.isClosed()).isFalse();
            assertThat(connection.getAutoCommit()).isFalse();
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            connection.createStatement().execute("select 1");
            assertThatThrownBy(log::registries)
                    .isInstanceOfSatisfying(
                            LockstepException.class, e -> assertThat(e.code()).isEqualTo("in-transaction"));
            connection.rollback();
        }
    }

    @Test
    void withoutAnOutboxTheTransactionIsToldSo(TestDatabase database) throws Exception {
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);

            assertThatThrownBy(() -> InvalidationSender.inTransaction(connection, REALM, PATH))
                    .isInstanceOfSatisfying(
                            LockstepException.class, e -> assertThat(e.code()).isEqualTo("no-outbox"));
            assertThat(connection.getAutoCommit()).isFalse();
            connection.rollback();
        }
    }

    @Test
    void whatIsPutIntoTheOutboxIsSentIfTheTransactionCommits(TestDatabase database) throws Exception {
        try (Databases databases = new Databases(new Environment(database.environment()));
                Db db = databases.postgres(
                        PgTarget.resolve(null, TargetSources.of(databases.environment())),
                        Session.of("test", Session.Use.WRITE))) {
            OutboxSchema.install(db);
        }
        InvalidationSender.on(database.url()).invalidate(REALM);
        RealmCache<String> cache = new RealmCache<>(1_000, String::length);
        cache.get(REALM, PATH, () -> "old");
        cache.get(REALM, "cards/pet.gts", () -> "old");
        try (Invalidations heard =
                        Invalidations.listen(database.url()).named("replica-1").into(cache);
                Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            InvalidationSender.inTransaction(connection, REALM, "cards/pet.gts");
            connection.rollback();
            InvalidationSender.inTransaction(connection, REALM, PATH);
            connection.commit();

            Await.until("the cache to forget", PATIENCE, () -> cache.get(REALM, PATH) == null);
        }
        assertThat(cache.get(REALM, "cards/pet.gts")).isEqualTo("old");
    }
}
