package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code transpile check} and {@code definitions check}: what was made from a file, beside the file. */
@ExtendWith(PostgresExtension.class)
class SourceCheckTest {
    private static final String REALM = "http://localhost:4201/luke/";

    /** With a fraction of a second, as files have and ETags do not. */
    private static final Instant CHANGED = Instant.ofEpochMilli(1_700_000_000_500L);

    private static final long LATER = CHANGED.plusSeconds(60).toEpochMilli();
    private static final String ETAG = "'{\"ETag\": \"" + CHANGED.getEpochSecond() + ":module\"}'";

    @TempDir
    Path dir;

    private TestDatabase database;

    @BeforeEach
    void prepare(TestDatabase given) throws SQLException {
        database = given;
        database.execute(BoxelTables.TRANSPILE_CACHE, BoxelTables.MODULES);
        run("transpile", "init").endedWith(0);
    }

    private LockstepRun run(String... words) {
        return LockstepRun.of(database.environment(), words);
    }

    private LockstepRun check(String noun, String... options) {
        String[] words = new String[5 + options.length];
        System.arraycopy(new String[] {noun, "check", REALM, dir.toString(), "--json"}, 0, words, 0, 5);
        System.arraycopy(options, 0, words, 5, options.length);
        return run(words);
    }

    private void file(String name) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        Files.setLastModifiedTime(Files.writeString(file, "source"), FileTime.from(CHANGED));
    }

    private void artifact(String path, String headers, String stored) throws SQLException {
        database.execute("insert into module_transpile_cache values ('%s', '%s', 'js', %s, '[]', 3, %s)"
                .formatted(REALM, REALM + path, headers, stored));
    }

    private static List<String> names(Object findings, String field) {
        return ((List<?>) findings)
                .stream()
                        .map(finding ->
                                ((Map<?, ?>) finding).get(field).toString().substring(REALM.length()))
                        .toList();
    }

    @Test
    void anArtifactIsStaleByItsEtagItsAgeOrTheLossOfItsFile() throws Exception {
        for (String name :
                List.of("etag.ts", "etag & ä.ts", "aged.ts", "kept%23.ts", "a%20b.ts", "bare.ts", "other.ts")) {
            file(name);
        }
        artifact("etag.ts", ETAG, Long.toString(LATER));
        artifact("etag%20&%20%C3%A4.ts", "'{\"etag\": \"1600000000:module\"}'", Long.toString(LATER));
        artifact("aged.ts", ETAG, Long.toString(CHANGED.toEpochMilli() - 1));
        artifact("kept%23.ts", ETAG, "null");
        artifact("a%2520b.ts", "'{}'", Long.toString(LATER));
        artifact("bare.ts", "null", "null");
        artifact("other.ts", "'{\"etag\": \"\\\"sha-1\\\"\"}'", Long.toString(LATER));
        artifact("gone.ts", ETAG, Long.toString(LATER));
        artifact("other.ts/below.ts", ETAG, Long.toString(LATER));

        LockstepRun checked = check("transpile").endedWith(3);

        assertThat(checked.data()).containsEntry("checked", 9L).containsEntry("fresh", 4L);
        assertThat(names(checked.data().get("stale"), "path"))
                .containsExactly("aged.ts", "etag%20&%20%C3%A4.ts", "gone.ts", "other.ts/below.ts");
        assertThat(names(checked.data().get("unknown"), "path")).containsExactly("bare.ts");
    }

    @Test
    void tombstonesMendWithWhatImportsThem() throws Exception {
        file("main.ts");
        file("lib.ts");
        artifact("main.ts", ETAG, Long.toString(LATER));
        artifact("lib.ts", "'{\"etag\": \"1:module\"}'", Long.toString(LATER));
        database.execute(
                "update module_transpile_cache set dependency_keys = '[\"lib\"]' where canonical_path like '%main.ts'");

        check("transpile", "--tombstone", "-n").endedWith(3);
        LockstepRun mended = check("transpile", "--tombstone", "--broadcast").endedWith(0);

        assertThat(mended.envelope()).containsEntry("changed", true);
        assertThat(names(mended.data().get("stale"), "path")).containsExactly("lib.ts");
        assertThat(mended.data()).containsEntry("dependents", List.of(REALM + "main.ts"));
        assertThat(database.ask("select count(*) from module_transpile_cache where body is not null"))
                .isEqualTo("0");
        assertThat(check("transpile").endedWith(0).data()).containsEntry("checked", 0L);
    }

    /** Of another realm, or mistyped. */
    @Test
    void aDirectoryWithNoneOfTheFilesThrowsNothingAwayUnasked() throws Exception {
        artifact("lib.ts", ETAG, Long.toString(LATER));
        database.execute(definition("lib.ts", "[]", LATER));

        check("transpile", "--tombstone").endedWith(6);
        check("definitions", "--clear").endedWith(6);

        assertThat(database.ask("select count(body) from module_transpile_cache"))
                .isEqualTo("1");
        check("transpile", "--tombstone", "--yes").endedWith(0);
        check("definitions", "--clear", "--yes").endedWith(0);
        assertThat(run("transpile", "check", REALM, dir.resolve("nowhere").toString())
                        .endedWith(2)
                        .stderr())
                .contains("no such directory");
    }

    @Test
    void artifactsOfAKeyAreCheckedToo() throws Exception {
        file("main.ts");
        String body = Files.writeString(dir.resolve("out.js"), "js").toString();
        run("transpile", "put", REALM, "main.ts", "--generation", "0", "--key", "tsc 5", "--body", body)
                .endedWith(0);
        check("transpile").endedWith(0);

        Files.setLastModifiedTime(
                dir.resolve("main.ts"), FileTime.from(Instant.now().plusSeconds(60)));

        assertThat(check("transpile", "--tombstone").endedWith(0).stdout()).contains("\"key\":\"tsc 5\"");
        assertThat(run("transpile", "get", REALM, "main.ts", "--key", "tsc 5").exit())
                .isEqualTo(3);
    }

    private static String definition(String path, String deps, long made) {
        return "insert into modules (url, cache_scope, auth_user_id, resolved_realm_url, deps, created_at) values ('"
                + REALM + path + "', 'public', '', '" + REALM + "', '" + deps + "', " + made + ")";
    }

    @Test
    void aDefinitionIsStaleByItsFileAndByThoseThatItImports() throws Exception {
        for (String name : List.of("fresh.gts", "aged.gts", "importer.gts", "lib/new.ts")) {
            file(name);
        }
        Files.setLastModifiedTime(dir.resolve("lib/new.ts"), FileTime.fromMillis(LATER + 1));
        database.execute(
                definition("fresh.gts", "[\"http://elsewhere/x\", \"" + REALM + "fresh\"]", LATER),
                definition("aged", "[]", CHANGED.toEpochMilli() - 1),
                definition("importer.gts", "[\"" + REALM + "lib/new\"]", LATER),
                definition("gone.gts", "[]", LATER));

        LockstepRun checked = check("definitions").endedWith(3);

        assertThat(names(checked.data().get("stale"), "module")).containsExactly("aged", "gone.gts", "importer.gts");
        assertThat(check("definitions", "--clear").endedWith(0).data()).containsEntry("deleted", 3L);
        assertThat(check("definitions").endedWith(0).data()).containsEntry("checked", 1L);
    }
}
