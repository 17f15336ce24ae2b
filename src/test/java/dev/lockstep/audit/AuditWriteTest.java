package dev.lockstep.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.audit.AuditDatabase.Kind;
import dev.lockstep.profile.Json;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.Sweep;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Generations are written whole or not at all, once, and to the mirror too, whatever breaks when. */
class AuditWriteTest {
    private static final String WHOLE =
            "select count(*) from (select generation, count(*) as n from audit group by generation) g"
                    + " where not (generation = 0 and n = 1 or generation > 0 and n = 5)";
    private static final String CONTENT =
            "select coalesce(%s, '') from (select id, \"registryId\" as r, generation as g,"
                    + " type as t, \"change\" as c from audit order by id) a";

    @TempDir
    Path dir;

    private final List<AuditDatabase> databases = new ArrayList<>();

    private AuditDatabase database(Kind kind, String name) throws SQLException {
        AuditDatabase made = AuditDatabase.create(kind, dir.resolve(name + ".db"));
        databases.add(made);
        return made;
    }

    @AfterEach
    void close() {
        databases.forEach(AuditDatabase::close);
    }

    private static Map<?, ?> data(LockstepRun run) {
        assertThat(run.stdout().strip().lines()).as(run.stderr()).hasSize(1);
        return (Map<?, ?>) ((Map<?, ?>) Json.parse(run.stdout())).get("data");
    }

    private static String content(AuditDatabase database) throws SQLException {
        return database.ask(CONTENT.formatted(
                switch (database.kind()) {
                    case SQLITE ->
                        "group_concat(id || '|' || r || '|' || g || '|' || t || '|' || coalesce(c, 'N'), ' ')";
                    case POSTGRESQL ->
                        "string_agg(id || '|' || r || '|' || g || '|' || t || '|' || coalesce(c, 'N'), ' ' order by id)";
                    case MARIADB ->
                        "group_concat(concat(id, '|', r, '|', g, '|', t, '|', coalesce(c, 'N')) order by id separator ' ')";
                }));
    }

    private static LockstepRun mirrored(AuditDatabase source, AuditDatabase mirror, Path file) {
        Map<String, String> environment = new HashMap<>(source.environment());
        environment.putAll(mirror.environment());
        return LockstepRun.of(
                environment,
                source.words("write", file.toString(), "--mirror", mirror.url(), "--batch", "2", "--json"));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsThereAndASecondRunAddsNothing(Kind kind) throws Exception {
        AuditDatabase database = database(kind, "a");
        List<String> lines = AuditLines.registry("r1", 3, 5);
        lines.addAll(AuditLines.registry("r2", 1, 1_200));
        Path file = AuditLines.file(dir.resolve("rows"), lines);

        Map<?, ?> first = data(database.run("write", file.toString(), "--json"));
        String written = content(database);
        Map<?, ?> second = data(database.run("write", file.toString(), "--json"));

        assertThat(first.toString()).contains("read=1217, inserted=1217, unchanged=0, rejected=0, generations=6");
        assertThat(second.toString()).contains("read=1217, inserted=0, unchanged=1217, rejected=0, generations=0");
        assertThat(content(database)).isEqualTo(written);
        assertThat(database.run("status").exit()).isZero();
        assertThat(database.ask(
                        "select \"change\" from audit where \"registryId\" = 'r2' and generation = 1 order by id"))
                .isEqualTo("{\"n\": 0, \"text\": \"é 漢 🦊 '\\\"\"}");
        assertThat(database.ask("select comment from audit where generation = 1"))
                .isEmpty();
        assertThat(database.ask("select comment from audit where generation = 0"))
                .isNull();
        assertThat(database.ask("select \"createdAt\" from audit where id = 1")).startsWith("20");
    }

    @ParameterizedTest
    @EnumSource
    void deletionsStandFirstAndANewRunGoesOnWhereTheLastOneEnded(Kind kind) throws Exception {
        AuditDatabase database = database(kind, "a");
        Map<String, Object> gone = AuditLines.row("r", 1, "DELETE");
        gone.put("table", "elsewhere");
        Path file = AuditLines.file(
                dir.resolve("rows"), List.of(AuditLines.created("r"), AuditLines.line("r", 1, 1), Json.write(gone)));

        assertThat(database.run("write", file.toString()).exit()).isZero();
        assertThat(database.ask("select min(id) from audit where type = 'DELETE'"))
                .isEqualTo("2");
        Path later = AuditLines.file(
                dir.resolve("later"),
                List.of(AuditLines.line("r", 2, 1), Json.write(AuditLines.row("r", 3, "NO CHANGE"))));
        assertThat(data(database.run("write", later.toString(), "--json")).get("inserted"))
                .isEqualTo(2L);

        LockstepRun latest = database.run("latest", "--registry", "r", "--json");
        assertThat(((Map<?, ?>) data(latest).get("row")).get("generation")).isEqualTo(3L);
        assertThat(database.run("latest", "--org", "org of r").stdout()).contains("type: NO CHANGE");
        assertThat(database.run("latest", "--registry", "nobody").exit()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void statusTellsGapsDuplicatesAndUnknownGenerations(Kind kind) throws Exception {
        AuditDatabase database = database(kind, "a");
        String insert = "insert into audit (\"orgUid\", \"registryId\", \"rootHash\", type,"
                + " \"onchainConfirmationTimeStamp\", generation) values ('o', '%s', 'h', '%s', '1', %s)";
        for (String row : List.of("r:A:0", "r:A:1", "r:A:1", "r:A:4", "r:B:4", "u:A:null", "w:A:0")) {
            String[] part = row.split(":", -1);
            database.execute(insert.formatted(part[0], part[1], part[2]));
        }

        LockstepRun status = database.run("status", "--json");

        assertThat(status.exit()).isEqualTo(3);
        assertThat(data(status).get("registries").toString())
                .contains("registry=r, rows=5, generations=3, newest=4, unknown=0, gaps=2, firstGap=2, duplicates=1")
                .contains(
                        "registry=u, rows=1, generations=0, newest=null, unknown=1, gaps=0, firstGap=null, duplicates=0")
                .contains("registry=w, rows=1, generations=1, newest=0, unknown=0, gaps=0");
        assertThat(((Map<?, ?>) data(database.run("latest", "--registry", "u", "--json"))
                                .get("row"))
                        .get("generation"))
                .isNull();
        Path file = AuditLines.file(dir.resolve("rows"), List.of(AuditLines.created("u")));
        assertThat(database.run("write", file.toString()).stderr()).contains("are unknown");
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

        assertThat(data(run).get("mirror").toString()).isEqualTo("{state=complete, sent=3, owed=0, error=null}");
        source.execute("delete from audit where id = 41");
        assertThat(content(mirror)).startsWith("42|r1|0").isEqualTo(content(source));
        assertThat(data(mirrored(source, mirror, file)).get("mirror").toString())
                .contains("sent=0, owed=0");
        mirror.execute("delete from audit where generation = 2");
        assertThat(data(mirrored(source, mirror, file)).get("mirror").toString())
                .contains("sent=1, owed=0");
        assertThat(content(mirror)).isEqualTo(content(source));
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
            assertThat(data(hurt).get("inserted")).isEqualTo(11L);
            assertThat(source.ask(WHOLE)).isEqualTo("0");
            if (how.equals("slow")) {
                assertThat(data(hurt).get("mirror").toString()).contains("state=complete, sent=3");
            } else {
                assertThat(data(hurt).get("mirror").toString())
                        .contains("state=behind")
                        .contains("owed=3");
                assertThat(hurt.stderr()).contains("warning: the mirror lacks 3 generations");
                assertThat(source.run("status").stdout()).contains("lacks 3 generations: ");
            }

            proxy.pass();
            proxy.loseReplyTo(request -> false);
            LockstepRun later = mirrored(source, mirror.through(proxy.port()), file);
            assertThat(data(later).get("mirror").toString())
                    .contains("state=complete")
                    .contains("owed=0");
        }
        assertThat(content(mirror)).isEqualTo(content(source));
        assertThat(source.run("status").stdout()).doesNotContain("lacks");
    }

    @ParameterizedTest
    @EnumSource
    void eachGenerationIsWholeOrAbsentWhateverBreaksWhen(Kind kind) throws Exception {
        AuditDatabase database = database(kind, "sweep");
        Path file = AuditLines.file(dir.resolve("rows"), AuditLines.registry("r1", 2, 5));
        int broken = Sweep.startingFrom(run -> {
                    database.execute("delete from audit");
                    return run;
                })
                .running((run, fault) -> LockstepRun.inProcess(
                        fault, database.environment(), database.words("write", file.toString(), "--batch", "2")))
                .recovering(run -> {
                    assertThat(database.ask(WHOLE)).isEqualTo("0");
                    assertThat(database.run("write", file.toString()).exit()).isZero();
                })
                .checking(run -> {
                    assertThat(database.ask("select count(*) from audit")).isEqualTo("11");
                    assertThat(database.ask(WHOLE)).isEqualTo("0");
                    assertThat(data(database.run("write", file.toString(), "--json"))
                                    .get("inserted"))
                            .isEqualTo(0L);
                })
                .run(Fault.Mode.THROW_AFTER, Fault.Mode.CLOSE);
        assertThat(broken).isGreaterThan(20);
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
                    assertThat(source.ask(WHOLE)).isEqualTo("0");
                    assertThat(mirror.ask(WHOLE)).isEqualTo("0");
                    assertThat(mirrored(source, mirror, file).exit()).isZero();
                })
                .checking(run -> {
                    assertThat(source.ask("select count(*) from audit")).isEqualTo(Integer.toString(lines.size()));
                    assertThat(content(mirror)).isEqualTo(content(source));
                    assertThat(source.run("status").stdout()).doesNotContain("lacks");
                })
                .run(Fault.Mode.HALT);
        assertThat(killed).isGreaterThan(20);
    }

    @ParameterizedTest
    @EnumSource
    void linesThatAreNotTakenGoToAFileWithTheirGeneration(Kind kind) throws Exception {
        AuditDatabase database = database(kind, "a");
        List<String> lines = new ArrayList<>(AuditLines.registry("r1", 1, 2));
        lines.add(AuditLines.line("r1", 2, 1));
        lines.add("{broken");
        lines.add(AuditLines.line("r1", 2, 2));
        lines.addAll(AuditLines.registry("r2", 1, 1));
        Path rejects = dir.resolve("rejects");
        Path file = AuditLines.file(dir.resolve("rows"), lines);

        LockstepRun run = database.run(
                "write", file.toString(), "--max-errors", "5", "--reject-file", rejects.toString(), "--json");

        assertThat(run.exit()).isEqualTo(7);
        assertThat(data(run).toString()).contains("read=8, inserted=5, unchanged=0, rejected=3, generations=4");
        assertThat(Files.readString(rejects, StandardCharsets.UTF_8).lines())
                .containsExactlyInAnyOrder(lines.get(3), lines.get(4), lines.get(5));
        assertThat(run.stderr()).contains("5:");
    }

    @Test
    void theMirrorIsNeverTheLogItself() throws Exception {
        AuditDatabase database = database(Kind.SQLITE, "a");
        Path file = AuditLines.file(dir.resolve("rows"), List.of(AuditLines.created("r")));
        LockstepRun refused = database.run("write", file.toString(), "--mirror", database.url());
        assertThat(refused.exit()).isEqualTo(6);
        assertThat(refused.stderr()).contains("the mirror is the audit log itself");
    }

    @Test
    void aFileThatIsNotThereIsSaid() throws SQLException, IOException {
        AuditDatabase database = database(Kind.SQLITE, "a");
        assertThat(database.run("write", dir.resolve("none").toString()).exit()).isEqualTo(2);
        assertThat(database.run("write", "-").exit()).isZero();
        assertThat(database.run("write", "-", "--batch", "100001").exit()).isEqualTo(2);
    }
}
