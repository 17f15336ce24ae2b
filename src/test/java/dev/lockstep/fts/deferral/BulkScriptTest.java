package dev.lockstep.fts.deferral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fts.CadtDatabase;
import dev.lockstep.fts.CadtFixture;
import dev.lockstep.fts.CrashTest;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Fault.Mode;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.Sweep;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code fts run --atomic}: deferral, bulk work and restoration are one transaction, or never were. */
class BulkScriptTest extends CadtFixture {
    /** So many calls of each mode are broken in every build, and each in the nightly one. */
    private static final int CALLS = 16;

    private static final String BULK = """
            -- a comment; with a semicolon
            update units set unitOwner = 'a;b' where warehouseUnitId like '%3';
            delete from units where warehouseUnitId like '%7';
            create temp trigger noise after update on projects begin
              select case when 1 then 2 end; select 3;
            end;
            savepoint s;
            delete from projects;
            rollback to s;
            update projects set projectName = "x" || projectName where warehouseProjectId like '%2';
            drop trigger noise
            """;

    private LockstepRun run(String script, String... more) throws IOException {
        Path file = Files.writeString(dir.resolve("bulk.sql"), script.replace("\"x\"", "'x'"));
        List<String> words = new ArrayList<>(List.of("fts", "run", "--profile", "cadt-v1", "--db"));
        words.add(engine.file().toString());
        words.addAll(List.of("--atomic", file.toString()));
        words.addAll(List.of(more));
        return LockstepRun.of(Map.of(), words.toArray(String[]::new));
    }

    private String units() throws SQLException {
        return TestSqlite.ask(engine.file(), "select count(*) || ' ' || sum(unitOwner = 'a;b') from units");
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "rebuild"})
    void theScriptIsDoneAndTheIndexIsEqualInOneCommit(String mode) throws Exception {
        LockstepRun done = run(BULK, "--mode", mode);

        assertThat(done.stderr()).isEmpty();
        assertThat(done.exit()).isZero();
        assertThat(done.stdout()).contains("ran 8 statements", "restored units_fts");
        assertThat(units()).isEqualTo("54 6");
        assertThat(TestSqlite.ask(engine.file(), "select count(*) from projects"))
                .isEqualTo("20");
        isRestored();
    }

    @Test
    void aStatementThatFailsIsNamedByItsLineAndNothingHasHappened() throws Exception {
        LockstepRun failed = run("update units set unitOwner = 'x';\n\ninsert into nowhere values (1);");

        assertThat(failed.exit()).isEqualTo(1);
        assertThat(failed.stderr()).contains("line 3", "nowhere");
        assertThat(TestSqlite.ask(engine.file(), "select count(*) from units where unitOwner = 'x'"))
                .isEqualTo("0");
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
    }

    @Test
    void aScriptThatTakesTheIndexAwayChangesNothing() throws Exception {
        LockstepRun refused = run("alter table units rename column unitOwner to ownedBy;");

        assertThat(refused.exit()).isEqualTo(6);
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "begin; delete from units; commit | line 1: BEGIN",
                "delete from units; end           | line 1: END",
                "select 1; rollback               | line 1: ROLLBACK",
                "vacuum                           | line 1: VACUUM",
                "attach 'x' as y                  | line 1: ATTACH",
                "select 'x                        | line 1: a quote is never closed",
            })
    void whatCannotBePartOfOneTransactionIsRefusedBeforeItBegins(String script, String message) {
        assertThatThrownBy(() -> BulkScript.parse(script)).isInstanceOfSatisfying(LockstepException.class, e -> {
            assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE);
            assertThat(e.getMessage()).startsWith(message);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "none | 0",
                "; ;; | 0",
                "select 1 -- end | 1",
                "select 1; select ';' | 2",
                "create trigger t after insert on a begin select 1; end; select 2 | 2",
                "create temporary trigger t after insert on a begin select case 1 when 1 then 1 end; end | 1",
                "create table t (a) ; /* ; */ insert into t values (';;') | 2",
                "with a as (select 1) insert into t select * from a; release s; savepoint s; rollback to s | 4",
            })
    void aScriptIsCutWhereSqliteWouldCutIt(String script, int statements) {
        assertThat(BulkScript.parse(script == null ? "" : script).size()).isEqualTo(statements);
    }

    @Test
    void aScriptThatCannotBeReadIsAUsageError() throws Exception {
        Files.write(dir.resolve("latin.sql"), "select 'é'".getBytes(StandardCharsets.ISO_8859_1));
        String db = engine.file().toString();
        for (String file : List.of("missing.sql", "latin.sql", ".")) {
            LockstepRun refused = LockstepRun.of(
                    Map.of(),
                    "fts",
                    "run",
                    "--profile",
                    "cadt-v1",
                    "--db",
                    db,
                    "--atomic",
                    dir.resolve(file).toString());
            assertThat(refused.exit()).as(file).isEqualTo(2);
        }
        assertThat(run("select 1", "--", "true").exit()).isEqualTo(2);
    }

    @Test
    void brokenAtAnyCallItIsDoneOrNeverWas() throws Exception {
        BulkScript script = BulkScript.parse("update units set unitOwner = 'a;b' where warehouseUnitId like '%3';"
                + "delete from units where warehouseUnitId like '%7'");
        String before = units();
        int[] copies = {0};

        int broken = Sweep.startingFrom(
                        run -> engine.at(Files.copy(engine.file(), dir.resolve("copy-" + copies[0]++ + ".db"))))
                .running((copy, fault) ->
                        copy.with(fault, db -> script.run(db, copy.deferral(), copy.restoration(), List.of("units"))))
                .recovering(CrashTest::activeOrDeferredAndNothingElse)
                .checking(copy -> {
                    assertThat(TestSqlite.schema(copy.file())).isEqualTo(master);
                    assertThat(CadtDatabase.differences(copy.file())).isZero();
                    assertThat(TestSqlite.ask(
                                    copy.file(), "select count(*) || ' ' || sum(unitOwner = 'a;b') from units"))
                            .isIn(before, "54 6");
                })
                .breakingAbout(CALLS)
                .run(Mode.CLOSE);

        assertThat(broken).isGreaterThanOrEqualTo(CALLS);
    }
}
