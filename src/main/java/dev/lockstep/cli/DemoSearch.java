package dev.lockstep.cli;

import dev.lockstep.db.Db;
import dev.lockstep.db.Sqlite;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The demo's SQLite database: articles with a full-text index that triggers keep. */
final class DemoSearch {
    private static final int IMPORTED = 20_000;
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(10);

    private static final List<String> SCHEMA = List.of(
            "create table article (id integer primary key, title text not null, body text not null)",
            "create virtual table article_fts using fts5(id, title, body)",
            """
            create trigger article_insert_fts after insert on article begin
              insert into article_fts (id, title, body) values (new.id, new.title, new.body);
            end""",
            """
            create trigger article_update_fts after update on article begin
              delete from article_fts where id = old.id;
              insert into article_fts (id, title, body) values (new.id, new.title, new.body);
            end""",
            """
            create trigger article_delete_fts after delete on article begin
              delete from article_fts where id = old.id;
            end""");

    private static final String ADD = """
            insert into article (title, body) values (?, ?)
            """;

    private static final String SEARCH = """
            select count(*) as found from article_fts where article_fts match ?
            """;

    private final DemoCommand.Stage stage;
    private final Path file;

    DemoSearch(DemoCommand.Stage stage) {
        this.stage = stage;
        this.file = stage.directory().resolve("articles.db");
    }

    Path file() {
        return file;
    }

    void play() {
        stage.title("fts: a bulk import without paying for the search index on every row");
        try (Db db = stage.databases().createSqlite(file)) {
            db.run(tx -> SCHEMA.forEach(tx::execute));
            db.run(tx -> tx.update(ADD, "The lighthouse", "A lamp, a keeper, and the sea."));
        }
        search("lighthouse", 1);
        stage.type(ExitCode.OK, "fts", "defer", "--db", file.toString(), "--note", "nightly import");
        add(IMPORTED);
        stage.say(
                "  " + IMPORTED + " articles imported while the triggers were away; the search does not see them yet:");
        search("harbour", 0);
        stage.type(ExitCode.DIFFERS, "fts", "status", "--db", file.toString());
        stage.type(ExitCode.OK, "fts", "restore", "--db", file.toString());
        search("harbour", IMPORTED);
        search("lighthouse", 1);
        stage.type(ExitCode.OK, "fts", "status", "--db", file.toString());
    }

    private void add(int articles) {
        List<Object[]> rows = new ArrayList<>(articles);
        for (int i = 0; i < articles; i++) {
            rows.add(new Object[] {"Harbour " + i, "Ships that came in on day " + i + " of the year."});
        }
        try (Db db = open(Sqlite.Access.WRITE)) {
            db.run(tx -> tx.updateAll(ADD, rows));
        }
    }

    private void search(String word, long expected) {
        try (Db db = open(Sqlite.Access.READ)) {
            long found = db.read(tx -> tx.only(SEARCH, word).integer("found"));
            stage.say("  search for '" + word + "': " + found + " found");
            stage.expect("articles that match " + word, expected, found);
        }
    }

    private Db open(Sqlite.Access access) {
        return stage.databases().sqlite(file, access, LOCK_TIMEOUT);
    }
}
