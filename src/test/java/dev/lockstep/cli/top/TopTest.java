package dev.lockstep.cli.top;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.text.DisplayWidth;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What several mechanisms say at once, in whatever room there is. */
@ExtendWith(PostgresExtension.class)
class TopTest {
    @TempDir
    Path dir;

    private static TopRow row(String name, long age, long amount, boolean wrong) {
        return new TopRow(
                "",
                "mirror",
                name,
                wrong ? "partial" : "complete",
                Optional.of(Duration.ofMinutes(age)),
                OptionalLong.of(amount),
                "rows",
                Optional.of(12_345.6),
                "a detail of several words that says more than there is room for",
                wrong);
    }

    private static final List<TopRow> ROWS = List.of(
            row("postgresql://db.example.org/日本語", 25, 1_234_567, false),
            row("sqlite:/var/lib/app/a-long-name-of-a-file.sqlite3", 3, 1, true),
            TopRow.failed("", "listener", "cannot connect to 127.0.0.1:1: connection refused (08001)"));

    @Test
    void noLineIsWiderThanItsRoom() {
        for (int room = 39; room <= 200; room++) {
            TopTable table = new TopTable(ROWS, room);
            assertThat(DisplayWidth.of(table.head())).isLessThanOrEqualTo(room);
            for (TopRow row : ROWS) {
                assertThat(DisplayWidth.of(table.line(row)))
                        .as("%d: %s", room, table.line(row))
                        .isLessThanOrEqualTo(room);
            }
        }
        TopTable whole = new TopTable(ROWS, 0);
        assertThat(whole.line(ROWS.get(0))).contains("25 min", "1,234,567 rows", "12,346/s", "there is room for");
        assertThat(new TopTable(ROWS, 79).line(ROWS.get(0))).contains("complete", "25 min", "1,234,567 rows");
    }

    @Test
    void sortsByWhatIsAsked() {
        assertThat(TopTable.Order.STATE.sorted(ROWS).get(2)).isEqualTo(ROWS.get(0));
        assertThat(TopTable.Order.AGE.sorted(ROWS).get(0)).isEqualTo(ROWS.get(0));
        assertThat(TopTable.Order.AMOUNT.sorted(ROWS).get(2)).isEqualTo(ROWS.get(2));
        assertThat(TopTable.Order.KIND.sorted(ROWS)).isEqualTo(ROWS);
    }

    @Test
    void keysPauseMoveAndOpen() {
        try (Databases databases = new Databases(new Environment(Map.of()))) {
            TopScreen screen = new TopScreen(new TopReader(databases, List.of()), Duration.ofSeconds(2), false);
            assertThat(screen.lines(80, 24, Duration.ofSeconds(1)).get(0))
                    .isEqualTo("lockstep top: 0 rows, 0 to look at; looking for 1 s; by kind");
            screen.show(ROWS);
            for (int columns : List.of(40, 80, 120, 200)) {
                assertThat(screen.lines(columns, 24, Duration.ZERO))
                        .hasSizeLessThan(24)
                        .allMatch(line -> DisplayWidth.of(line.replaceAll("\033\\[\\d+m", "")) < columns);
            }
            assertThat(screen.lines(80, 24, Duration.ZERO).get(0))
                    .isEqualTo("lockstep top: 3 rows, 2 to look at; each 2 s; by kind");
            screen.show(ROWS.subList(0, 1));
            assertThat(screen.lines(80, 24, Duration.ZERO).get(0)).startsWith("lockstep top: 1 row, ");
            screen.show(ROWS);
            assertThat(screen.lines(80, 24, Duration.ofSeconds(5)).get(0)).contains("; no answer yet, seen 5 s ago;");
            screen.press('p');
            assertThat(screen.lines(80, 24, Duration.ofSeconds(7)).get(0)).contains("paused, seen 7 s ago");
            screen.press('s');
            assertThat(screen.lines(80, 24, Duration.ZERO).get(0)).endsWith("by name");
            screen.press('j');
            screen.press('j');
            screen.press('j');
            screen.press('\r');
            assertThat(screen.lines(80, 24, Duration.ZERO))
                    .contains("name     sqlite:/var/lib/app/a-long-name-of-a-file.sqlite3");
            assertThat(screen.lines(40, 5, Duration.ZERO)).hasSizeLessThan(5);
        }
    }

    @Test
    void aLookThatTakesItsTimeHoldsUpNobody() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (TopLook look = new TopLook(() -> {
            try {
                answer.await();
                return ROWS;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        })) {
            look.begin();
            assertThat(look.seen()).isEmpty();
            look.begin();
            answer.countDown();
            Optional<List<TopRow>> seen = look.seen();
            while (seen.isEmpty()) {
                Thread.onSpinWait();
                seen = look.seen();
            }
            assertThat(seen).contains(ROWS);
            assertThat(look.seen()).isEmpty();
        }
    }

    @Test
    void oneThatFailsHidesNoOther(TestDatabase database) throws Exception {
        Path source = TestSqlite.create(
                dir.resolve("a.db"),
                "create table t (id integer primary key, a text)",
                "insert into t values (1, 'x')",
                "create virtual table f using fts5 (a, content='t', content_rowid='id')");
        Path mirror = TestSqlite.create(dir.resolve("m.db"), "vacuum");
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("LOCKSTEP_DB", source.toString());
        environment.put("LOCKSTEP_TO", "sqlite:" + mirror);
        LockstepRun.of(environment, "mirror", "backfill", "--create", "--table", "t")
                .endedWith(0);
        LockstepRun.of(environment, "realm", "init", "--outbox").endedWith(0);

        LockstepRun run = LockstepRun.of(environment, "top", "--once").endedWith(0);
        assertThat(run.stdout().lines().findFirst().orElseThrow())
                .startsWith("KIND")
                .doesNotContain("SOURCE");
        assertThat(run.stdout())
                .containsPattern("(?m)^mirror +sqlite:\\S+|^mirror +\\S+m.db +complete")
                .containsPattern("(?m)^table +t +complete")
                .containsPattern("(?m)^outbox +outbox +")
                .containsPattern("(?m)^index +f +untriggered");

        LockstepRun away = LockstepRun.of(environment, "top", "-o", "json", "--pg", "postgresql://nobody@127.0.0.1:1/x")
                .endedWith(4);
        assertThat(away.stdout())
                .contains(
                        "\"kind\":\"listener\",\"name\":\"\",\"state\":\"failed\"",
                        "\"kind\":\"mirror\"",
                        "\"kind\":\"index\"",
                        "\"ok\":false",
                        "\"retryable\":");
        LockstepRun text = LockstepRun.of(environment, "top", "--once", "--pg", "postgresql://nobody@127.0.0.1:1/x")
                .endedWith(4);
        assertThat(text.stdout()).containsPattern("(?m)^table +t +complete");
        assertThat(text.stderr()).startsWith("lockstep top: cannot connect");
    }

    @Test
    void severalProfilesAreShownSideBySide() throws Exception {
        for (String name : List.of("one", "two")) {
            Path file =
                    TestSqlite.create(dir.resolve(name + ".db"), "create virtual table f_" + name + " using fts5 (a)");
            Files.writeString(
                    dir.resolve(name + ".json"),
                    "{\"name\": \"" + name + "\", \"description\": \"d\", \"connections\": {\"db\": \"" + file
                            + "\"}}");
        }
        LockstepRun run = LockstepRun.of(
                        Map.of(),
                        "top",
                        dir.resolve("one.json").toString(),
                        dir.resolve("two.json").toString())
                .endedWith(0);
        assertThat(run.stdout()).startsWith("SOURCE").contains("one.json", "f_one", "two.json", "f_two");
        assertThat(LockstepRun.of(Map.of(), "top").exit()).isEqualTo(2);
    }
}
