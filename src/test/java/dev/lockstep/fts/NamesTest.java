package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Identifier;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names that break whoever splices them: in tables, columns, triggers and indexes at once. */
class NamesTest {
    @TempDir
    private Path dir;

    static Stream<String> names() {
        return Stream.of(
                "plain",
                "Select",
                "two words",
                "dou\"ble",
                "sin'gle",
                "back`tick",
                "bra[cket",
                "close]bracket",
                "semi;colon",
                "-- comment",
                "/* comment",
                "comma, ( paren",
                "new",
                "rowid_",
                "begin",
                "end",
                "when",
                "naïve ümlaut",
                "😀",
                "עברית",
                "dot.ted",
                "per%cent_",
                "line\nfeed",
                "tab\t",
                "\\back\\slash",
                "a".repeat(300),
                "x'); drop table victim; --",
                "using",
                "123");
    }

    @ParameterizedTest
    @MethodSource("names")
    void goAndComeBackUnharmed(String name) throws SQLException {
        Identifier base = new Identifier(name);
        Identifier index = new Identifier(name + " fts");
        Identifier insert = new Identifier(name + " ai");
        Identifier delete = new Identifier("ad " + name);
        // FTS5 reads its columns' names with rules of its own.
        String column = name.matches("[\\p{L}_ ]+") && !name.equals("rowid_") ? "\"" + name + "\"" : "c";
        String columnOfBase = "\"c " + name.replace("\"", "\"\"") + "\"";
        Path file = TestSqlite.create(
                dir.resolve("names.db"),
                "create table victim (a)",
                "create table " + base + " (" + columnOfBase + ", \"other\" text)",
                "create virtual table " + index + " using fts5(" + column + ", second)",
                "create trigger " + insert + " after insert on " + base + " begin insert into " + index + " (second, "
                        + column + ") values (new." + columnOfBase + ", new.other); end",
                "create trigger " + delete + " after delete on " + base + " begin delete from " + index
                        + " where rowid = old.rowid; end",
                "insert into " + base + " values ('one', 'eins'), ('two', 'zwei')");
        String master = CadtDatabase.masterInOrder(file);
        Engine engine = new Engine(file, Engine.NONE);

        engine.defer(name);
        TestSqlite.create(file, "insert into " + base + " values ('three', 'drei')");
        assertThat(engine.status(name).tables().get(0).rows()).contains(3L);
        engine.restore(name + " fts");

        assertThat(CadtDatabase.masterInOrder(file)).isEqualTo(master);
        assertThat(TestSqlite.ask(file, "select count(*) from " + index + " where " + column + " = 'drei'"))
                .isEqualTo("1");
        assertThat(engine.status().tables()).extracting(FtsStatus.Table::fts).isEqualTo(List.of(name + " fts"));
    }
}
