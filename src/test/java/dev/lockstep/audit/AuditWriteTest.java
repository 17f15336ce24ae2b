package dev.lockstep.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.audit.AuditDatabase.Kind;
import dev.lockstep.support.Json;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.Sweep;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Generations are written whole or not at all, and once, whatever breaks when. */
class AuditWriteTest {
    /** So many calls of each mode are broken in every build, and each in the nightly one. */
    private static final int CALLS = 8;

    @TempDir
    Path dir;

    @RegisterExtension
    final AuditDatabase.OfTest databases = new AuditDatabase.OfTest();

    private AuditDatabase database(Kind kind, String name) throws SQLException {
        return databases.create(kind, dir.resolve(name + ".db"));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsThereAndASecondRunAddsNothing(Kind kind) throws Exception {
        AuditDatabase database = database(kind, "a");
        List<String> lines = AuditLines.registry("r1", 3, 5);
        lines.addAll(AuditLines.registry("r2", 1, 1_200));
        Path file = AuditLines.file(dir.resolve("rows"), lines);

        Map<?, ?> first = database.run("write", file.toString(), "--json").data();
        String written = database.content();
        Map<?, ?> second = database.run("write", file.toString(), "--json").data();

        assertThat(first.toString()).contains("read=1217, inserted=1217, unchanged=0, rejected=0, generations=6");
        assertThat(second.toString()).contains("read=1217, inserted=0, unchanged=1217, rejected=0, generations=0");
        assertThat(database.content()).isEqualTo(written);
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
        assertThat(database.run("write", later.toString(), "--json").data().get("inserted"))
                .isEqualTo(2L);

        LockstepRun latest = database.run("latest", "--registry", "r", "--json");
        assertThat(((Map<?, ?>) latest.data().get("row")).get("generation")).isEqualTo(3L);
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
        assertThat(status.data().get("registries").toString())
                .contains("registry=r, rows=5, generations=3, newest=4, unknown=0, gaps=2, firstGap=2, duplicates=1")
                .contains(
                        "registry=u, rows=1, generations=0, newest=null, unknown=1, gaps=0, firstGap=null, duplicates=0")
                .contains("registry=w, rows=1, generations=1, newest=0, unknown=0, gaps=0");
        assertThat(((Map<?, ?>) database.run("latest", "--registry", "u", "--json")
                                .data()
                                .get("row"))
                        .get("generation"))
                .isNull();
        Path file = AuditLines.file(dir.resolve("rows"), List.of(AuditLines.created("u")));
        assertThat(database.run("write", file.toString()).stderr()).contains("are unknown");
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
                    assertThat(database.inPart()).isEqualTo("0");
                    assertThat(database.run("write", file.toString()).exit()).isZero();
                })
                .checking(run -> {
                    assertThat(database.ask("select count(*) from audit")).isEqualTo("11");
                    assertThat(database.inPart()).isEqualTo("0");
                    assertThat(database.run("write", file.toString(), "--json")
                                    .data()
                                    .get("inserted"))
                            .isEqualTo(0L);
                })
                .breakingAbout(CALLS)
                .run(Fault.Mode.THROW_AFTER, Fault.Mode.CLOSE);
        assertThat(broken).isGreaterThanOrEqualTo(CALLS);
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
        assertThat(run.data().toString()).contains("read=8, inserted=5, unchanged=0, rejected=3, generations=4");
        assertThat(Files.readString(rejects, StandardCharsets.UTF_8).lines())
                .containsExactlyInAnyOrder(lines.get(3), lines.get(4), lines.get(5));
        assertThat(run.stderr()).contains("5:");
    }

    /** What comes before the refused generation is kept: that is a change, and the same command goes on from there. */
    @ParameterizedTest
    @EnumSource
    void whatStandsBeforeARefusedGenerationIsWrittenAndSaid(Kind kind) throws Exception {
        AuditDatabase database = database(kind, "a");
        String wrong = AuditLines.line("r", 7, 1);
        Path file = AuditLines.file(dir.resolve("rows"), List.of(AuditLines.created("r"), wrong));

        LockstepRun first = database.run("write", file.toString(), "--json");

        assertThat(first.exit()).as("%s", first).isEqualTo(7);
        assertThat(first.envelope().get("changed")).isEqualTo(true);
        assertThat(first.stdout()).contains("what comes before it is written (generations: 1)");
        assertThat(database.ask("select count(*) from audit")).isEqualTo("1");

        LockstepRun again = database.run("write", file.toString(), "--json");
        assertThat(again.exit()).as("%s", again).isEqualTo(6);
        assertThat(again.envelope().get("changed")).isEqualTo(false);
        assertThat(again.stdout()).contains("nothing was written");
        assertThat(database.ask("select count(*) from audit")).isEqualTo("1");
    }

    @Test
    void aFileThatIsNotThereIsSaid() throws SQLException, IOException {
        AuditDatabase database = database(Kind.SQLITE, "a");
        assertThat(database.run("write", dir.resolve("none").toString()).exit()).isEqualTo(2);
        assertThat(database.run("write", "-").exit()).isZero();
        assertThat(database.run("write", "-", "--batch", "100001").exit()).isEqualTo(2);
    }

    /** Eight at once, on one file: each generation is written by one of them, and found by the others. */
    @ParameterizedTest
    @EnumSource
    void whoeverWritesTheSameAtTheSameTimeAddsNothingTwice(Kind kind) throws Exception {
        AuditDatabase database = database(kind, "a");
        Path file = AuditLines.file(dir.resolve("rows"), AuditLines.registry("r1", 10, 5));
        List<CompletableFuture<LockstepRun>> writers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            writers.add(CompletableFuture.supplyAsync(
                    () -> database.run("write", file.toString(), "--json", "--lock-timeout", "2m")));
        }
        long inserted = 0;
        for (CompletableFuture<LockstepRun> writer : writers) {
            assertThat(writer.get().exit()).as("%s", writer.get()).isZero();
            inserted += (Long) writer.get().data().get("inserted");
        }
        assertThat(inserted).isEqualTo(51);
        assertThat(database.ask("select count(*) from audit")).isEqualTo("51");
        assertThat(database.inPart()).isEqualTo("0");
        assertThat(database.run("status").exit()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aDryRunSaysWhatWouldBeWritten(Kind kind) throws Exception {
        AuditDatabase database = database(kind, "a");
        Path first = AuditLines.file(dir.resolve("first"), AuditLines.registry("r1", 1, 5));
        assertThat(database.run("write", first.toString()).exit()).isZero();
        List<String> lines = AuditLines.registry("r1", 3, 5);
        lines.addAll(AuditLines.registry("r2", 1, 2));
        Path more = AuditLines.file(dir.resolve("more"), lines);

        LockstepRun dry = database.run("write", more.toString(), "-n", "--json");

        assertThat(dry.exit()).as("%s", dry).isZero();
        assertThat(dry.data().toString()).contains("read=19, inserted=13, unchanged=6, rejected=0, generations=4");
        assertThat(database.ask("select count(*) from audit")).isEqualTo("6");
        lines.add(AuditLines.line("r2", 3, 1));
        assertThat(database.run("write", AuditLines.file(more, lines).toString(), "-n")
                        .stderr())
                .contains("leaves a gap: the next one is 2");
    }
}
