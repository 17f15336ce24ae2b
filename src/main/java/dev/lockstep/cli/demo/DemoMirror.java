package dev.lockstep.cli.demo;

import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.db.Db;
import dev.lockstep.db.sqlite.SqliteFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The demo's mirror: the articles of its SQLite database in PostgreSQL. */
final class DemoMirror {
    private static final String TABLE = "demo_article";
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(10);

    private static final String MAKE = "create table demo_article (id integer primary key, title text, body text)";
    private static final String FILL = "insert into demo_article (id, title, body) select id, title, body from article";

    private static final String CHANGE = "update demo_article set title = 'The old lighthouse' where id = 1";
    private static final String BREAK = "update demo_article set title = 'Nobody knows' where id = 2";
    private static final String TITLE = "select title from demo_article where id = 2";

    private static final String HAS_LEDGER = "select to_regclass('lockstep_mirror_run') is not null as it_has";
    private static final List<String> FORGET = List.of(
            """
            delete from lockstep_mirror_run
             where mirror_id in (select mirror_id from lockstep_mirror_table where tbl = ?)
            """, "delete from lockstep_mirror_ckpt where tbl = ?", "delete from lockstep_mirror_table where tbl = ?");

    private final DemoCommand.Stage stage;
    private final Path file;

    /** @param file the database with the articles */
    DemoMirror(DemoCommand.Stage stage, Path file) {
        this.stage = stage;
        this.file = file;
    }

    void play() {
        stage.title("mirror: a copy of SQLite tables in PostgreSQL that is equal, and can prove it");
        clear();
        try {
            copy();
            repair();
        } finally {
            clear();
        }
    }

    private void copy() {
        try (Db db = stage.databases().sqlite(file, SqliteFiles.Access.WRITE, LOCK_TIMEOUT)) {
            db.run(tx -> {
                tx.execute(MAKE);
                tx.update(FILL);
            });
        }
        type(ExitCode.OK, "plan");
        type(ExitCode.OK, "backfill", "--create");
        try (Db db = stage.databases().sqlite(file, SqliteFiles.Access.WRITE, LOCK_TIMEOUT)) {
            db.run(tx -> tx.update(CHANGE));
        }
        stage.say("  one article has changed in the source; only its page is compared and written:");
        type(ExitCode.OK, "backfill");
        type(ExitCode.OK, "status", "--max-age", "1h");
    }

    private void repair() {
        try (Db mirror = stage.postgres()) {
            mirror.run(tx -> tx.update(BREAK));
        }
        stage.say("  somebody has changed a row of the mirror behind our back:");
        type(ExitCode.DIFFERS, "verify");
        type(ExitCode.OK, "backfill", "--recheck");
        type(ExitCode.OK, "verify");
        try (Db mirror = stage.postgres()) {
            stage.expect(
                    "the title is repaired",
                    "Harbour 1",
                    mirror.read(tx -> tx.only(TITLE)).text("title"));
        }
    }

    private void type(ExitCode expected, String verb, String... options) {
        List<String> command = new ArrayList<>(List.of("mirror", verb, "--db", file.toString(), "--to", stage.url()));
        if (!verb.equals("status")) {
            command.addAll(List.of("--table", TABLE));
        }
        command.addAll(List.of(options));
        stage.type(expected, command.toArray(String[]::new));
    }

    /** A server outlives the demo; what is on it besides is not the demo's to touch. */
    private void clear() {
        try (Db mirror = stage.postgres()) {
            mirror.run(tx -> {
                tx.execute("drop table if exists " + TABLE);
                if (tx.only(HAS_LEDGER).flag("it_has")) {
                    FORGET.forEach(sql -> tx.update(sql, TABLE));
                }
            });
        }
    }
}
