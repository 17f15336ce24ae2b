package dev.lockstep.cli.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** A report is one well-formed file that fetches nothing, and shows values as what they are: text. */
class HtmlReportTest {
    private static final String MARKUP = "<script>alert(\"1\")</script>&amp;'";

    @TempDir
    Path dir;

    @Test
    void aVerificationShowsItsVerdictAndBothSides() throws Exception {
        try (TestMirror mirror = mirror()) {
            mirror.execute("update \"t<b>\" set \"c&d\" = 'was' || char(27) || char(8238) where id = 1");

            Document page = page(3, mirror.environment(), "mirror", "verify", "--html", file());

            assertThat(texts(page, "h1")).containsExactly("lockstep mirror verify");
            assertThat(texts(page, "p")).contains("0 tables equal, 1 table with 1 row that differ");
            assertThat(texts(page, "td")).contains("'" + MARKUP + "'", "≠", "E'was\\x1b\\u202e'");
            assertThat(texts(page, "pre")).singleElement().asString().startsWith("lockstep mirror repair --db ");
        }
    }

    @Test
    void aPlanShowsTypesAndWhatIsNotCarriedOver() throws Exception {
        try (TestMirror mirror = mirror()) {
            mirror.sql("create view v as select 1");

            Document page = page(0, mirror.environment(), "mirror", "plan", "--html", file());

            assertThat(texts(page, "h2")).contains("Tables", "Not mirrored", "Table t<b>");
            assertThat(texts(page, "td")).contains("c&d", "key", "view", "v");
        }
    }

    @Test
    void doctorAndAFullTextCheckHaveOne() throws Exception {
        Path notes = TestSqlite.create(
                dir.resolve("notes.db"),
                "create table note (id integer primary key, body text)",
                "create virtual table note_fts using fts5(body, content='note', content_rowid='id')",
                "insert into note values (1, '" + MARKUP.replace("'", "''") + "')");
        Map<String, String> environment = Map.of("LOCKSTEP_DB", notes.toString(), "HOME", dir.toString());

        Document check = page(3, environment, "fts", "check", "--deep", "--html", file());
        assertThat(texts(check, "td")).contains("note_fts", "differs", "missing");
        Document doctor = page(3, environment, "doctor", "--for", "fts", "--html", file());

        assertThat(texts(doctor, "h1")).containsExactly("lockstep doctor");
        assertThat(texts(doctor, "td")).contains("java", "ok");
    }

    @Test
    void whatCannotBeWrittenIsAnErrorAndLeavesNothing() throws Exception {
        try (TestMirror mirror = mirror()) {
            LockstepRun run = mirror.run(
                    "mirror",
                    "verify",
                    "--html",
                    dir.resolve("no/such/folder.html").toString());

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.stderr()).contains("cannot write the report: ");
        }
    }

    private TestMirror mirror() throws Exception {
        TestMirror mirror = new TestMirror(
                Kind.SQLITE,
                dir,
                "create table \"t<b>\" (id integer primary key, \"c&d\" text)",
                "insert into \"t<b>\" values (1, '" + MARKUP.replace("'", "''") + "')");
        mirror.run("mirror", "backfill", "--create").endedWith(0);
        return mirror;
    }

    private String file() {
        return dir.resolve("report.html").toString();
    }

    /** Runs a command and reads its report as strictly as XML is read. */
    private Document page(int exit, Map<String, String> environment, String... command) throws Exception {
        LockstepRun run = LockstepRun.of(environment, command);
        assertThat(run.exit()).as(run.stdout() + run.stderr()).isEqualTo(exit);
        String html = Files.readString(Path.of(file()));
        assertThat(html)
                .startsWith("<!DOCTYPE html>")
                .contains("prefers-color-scheme: dark", "@media print", "default-src 'none'")
                .doesNotContainPattern("(?i)<(script|link|img|iframe|object)|@import|url\\(| on[a-z]+=")
                .doesNotContain("\u001b", "\u202e");
        DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        return builder.parse(new InputSource(new StringReader(html)));
    }

    private static List<String> texts(Document page, String tag) {
        List<String> texts = new ArrayList<>();
        NodeList nodes = page.getElementsByTagName(tag);
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }
}
