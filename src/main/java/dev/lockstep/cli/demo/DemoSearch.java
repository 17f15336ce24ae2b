package dev.lockstep.cli.demo;

import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.db.Db;
import dev.lockstep.db.sqlite.SqliteFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The demo's SQLite database: articles with a full-text index that triggers keep. */
final class DemoSearch {
    private static final int IMPORTED = 20_000;
    private static final int RENAMED = 500;
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

    private static final String IMPORT = """
            -- What a nightly import brings.
            with recursive day(n) as (select 1 union all select n + 1 from day where n < %d)
            insert into article (title, body)
            select 'Harbour ' || n, 'Ships that came in on day ' || n || ' of the year.' from day;
            """;

    private static final String RENAME = """
            update article
               set title = 'Beacon ' || id
             where id % ? = 0
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
        stage.title("fts: bulk work without paying for the search index on every row");
        try (Db db = stage.databases().createSqlite(file)) {
            db.run(tx -> SCHEMA.forEach(tx::execute));
            db.run(tx -> tx.update(ADD, "The lighthouse", "A lamp, a keeper, and the sea."));
        }
        search("lighthouse", 1);
        search("harbour", 0);
        stage.type(ExitCode.OK, "fts", "run", "--db", file.toString(), "--atomic", script().toString());
        stage.say("  " + IMPORTED + " articles imported in one transaction: put away, import, restore");
        search("harbour", IMPORTED);
        stage.say("  with the triggers back, what does it cost to change one article?");
        stage.type(ExitCode.OK, "fts", "check", "--db", file.toString());
        stage.type(ExitCode.OK, "fts", "defer", "--db", file.toString(), "--mode", "journal", "--note", "renaming");
        rename();
        stage.say("  " + RENAMED
                + " articles renamed; a small trigger noted which, and the search does not see them yet:");
        search("beacon", 0);
        stage.type(ExitCode.DIFFERS, "fts", "status", "--db", file.toString());
        stage.type(ExitCode.OK, "fts", "restore", "--db", file.toString());
        search("beacon", RENAMED);
        stage.type(ExitCode.OK, "fts", "check", "--db", file.toString(), "--deep", "--no-cost");
    }

    private Path script() {
        try {
            return Files.writeString(stage.directory().resolve("import.sql"), IMPORT.formatted(IMPORTED));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void rename() {
        try (Db db = open(SqliteFiles.Access.WRITE)) {
            db.run(tx -> tx.update(RENAME, IMPORTED / RENAMED));
        }
    }

    private void search(String word, long expected) {
        try (Db db = open(SqliteFiles.Access.READ)) {
            long found = db.read(tx -> tx.only(SEARCH, word).integer("found"));
            stage.say("  search for '" + word + "': " + found + " found");
            stage.expect("articles that match " + word, expected, found);
        }
    }

    private Db open(SqliteFiles.Access access) {
        return stage.databases().sqlite(file, access, LOCK_TIMEOUT);
    }
}
