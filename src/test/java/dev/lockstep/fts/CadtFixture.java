package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A {@link CadtDatabase} for each test, the processes that defer it, and what it may come to. */
public abstract class CadtFixture {
    protected static final int PROJECTS = 20;

    @TempDir
    public Path dir;

    public Engine engine;

    /** The database's schema before the test. */
    public String master;

    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    protected void makeDatabase() throws SQLException {
        engine = new Engine(CadtDatabase.create(dir.resolve("cadt.db"), PROJECTS), Engine.CADT);
        master = TestSqlite.schema(engine.file());
    }

    @AfterEach
    protected void endProcesses() {
        processes.forEach(Process::destroyForcibly);
    }

    /** A process that lives until it is ended. */
    protected final ProcessIdentity owner() throws IOException {
        Process process = new ProcessBuilder("sleep", "600").start();
        processes.add(process);
        ProcessIdentity here = ProcessIdentity.ofProcess();
        long started = process.info().startInstant().orElseThrow().toEpochMilli();
        return new ProcessIdentity(here.host(), process.pid(), here.boot(), started);
    }

    protected final void end(ProcessIdentity owner) throws InterruptedException {
        for (Process process : processes) {
            if (process.pid() == owner.pid()) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    protected final void sql(String... statements) throws SQLException {
        TestSqlite.create(engine.file(), statements);
    }

    /** What both programs have noted of deferrals. */
    protected final String notes() throws SQLException {
        return TestSqlite.ask(engine.file(), "select group_concat(id || metaKey || metaValue) from meta");
    }

    protected final String everything() throws SQLException {
        return TestSqlite.schema(engine.file()) + notes();
    }

    protected final void refused(String code, ThrowingCallable what) throws SQLException {
        String before = everything();
        assertThatThrownBy(what).isInstanceOfSatisfying(LockstepException.class, e -> {
            assertThat(e.kind()).isEqualTo(LockstepException.Kind.REFUSED);
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.hint()).isNotEmpty();
        });
        assertThat(everything()).isEqualTo(before);
    }

    protected final void isActiveAndEqual() throws SQLException {
        assertThat(engine.status().isKept()).isTrue();
        assertThat(CadtDatabase.differences(engine.file())).isZero();
        assertThat(TestSqlite.ask(engine.file(), "select count(*) from meta where metaKey like 'fts5%'"))
                .isEqualTo("0");
    }

    /** Its schema is byte for byte what it was, and its indexes are what the triggers would have written. */
    protected final void isRestored() throws SQLException {
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
        assertThat(CadtDatabase.differences(engine.file())).isZero();
    }
}
