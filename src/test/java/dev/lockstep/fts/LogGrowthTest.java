package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index that is made anew goes through the write-ahead log as a whole; while others have the file open, the log would stay. */
class LogGrowthTest {
    private static final int ROWS = 6_000;

    @TempDir
    private Path dir;

    private Path file;

    @BeforeEach
    void makeDatabase() throws SQLException {
        file = TestSqlite.create(
                dir.resolve("notes.db"),
                "pragma journal_mode = wal",
                "create table note (id integer primary key, text)",
                "create virtual table note_fts using fts5(text)",
                "create trigger note_ai after insert on note begin"
                        + " insert into note_fts (rowid, text) values (new.id, new.text); end",
                "create trigger note_au after update on note begin"
                        + " update note_fts set text = new.text where rowid = old.id; end",
                "create trigger note_ad after delete on note begin delete from note_fts where rowid = old.id; end");
        assertThat(fts("defer", "--mode", "rebuild").exit()).isZero();
        TestSqlite.create(
                file,
                "with recursive n(i) as (select 1 union all select i + 1 from n where i < " + ROWS + ")"
                        + " insert into note (text) select hex(randomblob(400)) || ' ' || hex(randomblob(400)) from n");
    }

    private LockstepRun fts(String verb, String... more) {
        String[] words = new String[more.length + 4];
        System.arraycopy(new String[] {"fts", verb, "--db", file.toString()}, 0, words, 0, 4);
        System.arraycopy(more, 0, words, 4, more.length);
        return LockstepRun.of(Map.of(), words);
    }

    private long logBytes() throws Exception {
        return Files.size(file.resolveSibling("notes.db-wal"));
    }

    @Test
    void isAnnouncedAndGivenBack() throws Exception {
        try (Connection other = TestSqlite.connect(file);
                Statement statement = other.createStatement()) {
            statement.executeQuery("select count(*) from note").close();

            LockstepRun restored = fts("restore");

            assertThat(restored.exit()).isZero();
            assertThat(restored.stderr()).contains("making anew note_fts: " + ROWS + " rows", " MB of log");
            assertThat(restored.stderr()).doesNotContain("warning");
            assertThat(logBytes()).isZero();
        }
    }

    @Test
    void isToldWhereAReaderKeepsIt() throws Exception {
        try (Connection other = TestSqlite.connect(file);
                Statement statement = other.createStatement()) {
            statement.execute("begin");
            try (ResultSet reading = statement.executeQuery("select id from note")) {
                assertThat(reading.next()).isTrue();

                LockstepRun restored = fts("restore", "-q", "--json");

                assertThat(restored.exit()).isZero();
                assertThat(restored.stdout()).contains("\"code\":\"log-kept\"");
                assertThat(restored.stderr()).contains("the write-ahead log has");
                assertThat(logBytes()).isGreaterThan(8 << 20);
            }
        }
        assertThat(fts("status").exit()).isZero();
    }
}
