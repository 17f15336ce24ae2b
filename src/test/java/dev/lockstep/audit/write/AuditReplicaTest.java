package dev.lockstep.audit.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.audit.AuditDatabase;
import dev.lockstep.audit.AuditDatabase.Kind;
import dev.lockstep.audit.AuditLines;
import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.Sweep;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A mirror gets the generations of the log, the same rows with the same ids, now or later. */
class AuditReplicaTest {
    private static final int STRIDE = Counts.of(9, 1);

    @TempDir
    Path dir;

    @RegisterExtension
    final AuditDatabase.OfTest databases = new AuditDatabase.OfTest();

    private AuditDatabase database(Kind kind, String name) throws SQLException {
        return databases.create(kind, dir.resolve(name + ".db"));
    }

    private static LockstepRun mirrored(AuditDatabase source, AuditDatabase mirror, Path file) {
        Map<String, String> environment = new HashMap<>(source.environment());
        environment.putAll(mirror.environment());
        return LockstepRun.of(
                environment,
                source.words("write", file.toString(), "--mirror", mirror.url(), "--batch", "2", "--json"));
    }

    @ParameterizedTest
    @CsvSource({"SQLITE, SQLITE", "SQLITE, POSTGRESQL", "SQLITE, MARIADB", "POSTGRESQL, MARIADB", "MARIADB, POSTGRESQL"
    })
    void theMirrorGetsTheSameGenerationsWithTheSameIds(Kind from, Kind to) throws Exception {
        AuditDatabase source = database(from, "source");
        AuditDatabase mirror = database(to, "mirror");
        source.execute("insert into audit (id, \"orgUid\", \"registryId\", \"rootHash\", type, \"createdAt\","
                + " \"onchainConfirmationTimeStamp\") values (41, 'o', 'old', 'h', 'x', '2026-01-02 03:04:05', '1')");
        if (from == Kind.POSTGRESQL) {
            source.execute("select setval('audit_id_seq', 41)");
        }
        Path file = AuditLines.file(dir.resolve("rows"), AuditLines.registry("r1", 2, 5));

        LockstepRun run = mirrored(source, mirror, file);

        assertThat(run.data().get("mirror").toString()).isEqualTo("{state=complete, sent=3, owed=0, error=null}");
        source.execute("delete from audit where id = 41");
        assertThat(mirror.content()).startsWith("42|r1|0").isEqualTo(source.content());
        assertThat(mirrored(source, mirror, file).data().get("mirror").toString())
                .contains("sent=0, owed=0");
        mirror.execute("delete from audit where generation = 2");
        assertThat(mirrored(source, mirror, file).data().get("mirror").toString())
                .contains("sent=1, owed=0");
        assertThat(mirror.content()).isEqualTo(source.content());
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, down", "MARIADB, down", "POSTGRESQL, lost", "MARIADB, lost", "POSTGRESQL, slow"})
    void aMirrorThatFailsHarmsNothingAndCatchesUp(Kind kind, String how) throws Exception {
        AuditDatabase source = database(Kind.SQLITE, "source");
        AuditDatabase mirror = database(kind, "mirror");
        Path file = AuditLines.file(dir.resolve("rows"), AuditLines.registry("r1", 2, 5));
        try (FaultProxy proxy = FaultProxy.before("127.0.0.1", mirror.port())) {
            switch (how) {
                case "down" -> proxy.refuse();
                case "lost" -> proxy.loseReplyTo(request -> request.contains("COMMIT"));
                default -> proxy.slow(20_000);
            }
            LockstepRun hurt = mirrored(source, mirror.through(proxy.port()), file);

            assertThat(hurt.exit()).as(hurt.stderr()).isZero();
            assertThat(hurt.data().get("inserted")).isEqualTo(11L);
            assertThat(source.inPart()).isEqualTo("0");
            if (how.equals("slow")) {
                assertThat(hurt.data().get("mirror").toString()).contains("state=complete, sent=3");
            } else {
                assertThat(hurt.data().get("mirror").toString())
                        .contains("state=behind")
                        .contains("owed=3");
                assertThat(hurt.stderr()).contains("warning: the mirror lacks 3 generations");
                assertThat(source.run("status").stdout()).contains("lacked 3 generations when it was last written");
            }

            proxy.pass();
            proxy.loseReplyTo(request -> false);
            LockstepRun later = mirrored(source, mirror.through(proxy.port()), file);
            assertThat(later.data().get("mirror").toString())
                    .contains("state=complete")
                    .contains("owed=0");
        }
        assertThat(mirror.content()).isEqualTo(source.content());
        assertThat(source.run("status").stdout()).doesNotContain("lacked");
    }

    @Test
    void aProcessThatIsKilledAtAnyBatchLeavesWholeGenerations() throws Exception {
        AuditDatabase source = database(Kind.SQLITE, "kill");
        AuditDatabase mirror = database(Kind.SQLITE, "mirror");
        List<String> lines = AuditLines.registry("r1", Counts.of(1, 4), 5);
        Path file = AuditLines.file(dir.resolve("rows"), lines);
        int killed = Sweep.startingFrom(run -> {
                    source.execute("delete from audit", "drop table if exists lockstep_audit_owed");
                    mirror.execute("delete from audit");
                    return run;
                })
                .running((run, fault) -> LockstepRun.inChild(
                        fault,
                        Map.of(),
                        source.words("write", file.toString(), "--batch", "2", "--mirror", mirror.url())))
                .recovering(run -> {
                    assertThat(source.inPart()).isEqualTo("0");
                    assertThat(mirror.inPart()).isEqualTo("0");
                    assertThat(mirrored(source, mirror, file).exit()).isZero();
                })
                .checking(run -> {
                    assertThat(source.ask("select count(*) from audit")).isEqualTo(Integer.toString(lines.size()));
                    assertThat(mirror.content()).isEqualTo(source.content());
                    assertThat(source.run("status").stdout()).doesNotContain("lacked");
                })
                .breakingOneOf(STRIDE)
                .run(Fault.Mode.HALT);
        assertThat(killed).isGreaterThan(20 / STRIDE);
    }

    @Test
    void theMirrorIsNeverTheLogItself() throws Exception {
        AuditDatabase database = database(Kind.SQLITE, "a");
        Path file = AuditLines.file(dir.resolve("rows"), List.of(AuditLines.created("r")));
        LockstepRun refused = database.run("write", file.toString(), "--mirror", database.url());
        assertThat(refused.exit()).isEqualTo(6);
        assertThat(refused.stderr()).contains("the mirror is the audit log itself");
    }

    /** What 'mirror backfill' brings is not sent again; while one runs, nothing is sent that it would take away. */
    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void aBackfillCatchesUpWhatTheMirrorLacks(Kind kind) throws Exception {
        AuditDatabase source = database(Kind.SQLITE, "source");
        AuditDatabase mirror = database(kind, "mirror");
        Map<String, String> environment = mirror.environment();
        Path file = AuditLines.file(dir.resolve("rows"), AuditLines.registry("r1", 2, 5));
        String[] backfill = {
            "mirror", "backfill", "--db", source.file().toString(), "--to", mirror.url(), "--table", "audit"
        };
        try (FaultProxy proxy = FaultProxy.before("127.0.0.1", mirror.port())) {
            AuditDatabase away = mirror.through(proxy.port());
            proxy.refuse();
            assertThat(mirrored(source, away, file).data().get("mirror").toString())
                    .contains("owed=3");
            proxy.pass();

            LockstepRun caughtUp = LockstepRun.of(environment, backfill);
            assertThat(caughtUp.exit()).as("%s", caughtUp).isZero();
            assertThat(mirror.content()).isEqualTo(source.content());
            assertThat(mirrored(source, away, file).data().get("mirror").toString())
                    .isEqualTo("{state=complete, sent=0, owed=0, error=null}");
        }

        Path more = AuditLines.file(dir.resolve("more"), List.of(AuditLines.line("r1", 3, 1)));
        String alive = ProcessIdentity.ofProcess().toText();
        mirror.execute("update lockstep_mirror_run set state = 'running', owner = '" + alive + "'");
        LockstepRun held = mirrored(source, mirror, more);
        assertThat(held.exit()).isZero();
        assertThat(held.stderr()).contains("a backfill of it has not ended");
        assertThat(held.data().get("mirror").toString()).contains("state=behind, sent=0, owed=1");

        assertThat(LockstepRun.of(environment, backfill).exit()).isZero();
        assertThat(mirror.content()).isEqualTo(source.content());
        assertThat(mirrored(source, mirror, more).data().get("mirror").toString())
                .contains("state=complete, sent=0");

        Path last = AuditLines.file(dir.resolve("last"), List.of(AuditLines.line("r1", 4, 1)));
        assertThat(mirrored(source, mirror, last).data().get("mirror").toString())
                .contains("state=complete, sent=1");
        LockstepRun verified = LockstepRun.of(environment, backfill);
        assertThat(verified.exit()).as("%s", verified).isZero();
        assertThat(mirror.content()).isEqualTo(source.content());

        ProcessIdentity self = ProcessIdentity.ofProcess();
        String dead = new ProcessIdentity(self.host(), self.pid(), self.boot(), 1).toText();
        mirror.execute("update lockstep_mirror_run set state = 'running', owner = '" + dead + "'");
        Path later = AuditLines.file(dir.resolve("later"), List.of(AuditLines.line("r1", 5, 1)));
        assertThat(mirrored(source, mirror, later).data().get("mirror").toString())
                .as("a backfill whose process is dead holds up nothing")
                .contains("state=complete, sent=1");
        mirror.execute("update lockstep_mirror_run set owner = 'pid 1 on another.host, boot b, started 1'");
        Path away = AuditLines.file(dir.resolve("away"), List.of(AuditLines.line("r1", 6, 1)));
        assertThat(mirrored(source, mirror, away).stderr()).contains("has not ended: pid 1 on another.host");
    }
}
