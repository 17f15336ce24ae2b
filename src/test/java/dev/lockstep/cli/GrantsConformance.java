package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.help.HelpTopics;
import dev.lockstep.db.SqlScript;
import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PastedAdvice;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code lockstep help grants-…} says is what it takes: a part's commands run under its role, and with one privilege
 * fewer one of them says which table it may not use.
 */
abstract class GrantsConformance {
    /** The log of a CADT as the database makes it that gives each row its number. */
    static final String AUDIT = """
            create table audit (
                id %s primary key, "orgUid" varchar(255) not null, "registryId" varchar(255) not null,
                "rootHash" varchar(255) not null, type varchar(255) not null, "change" text, "table" varchar(255),
                "onchainConfirmationTimeStamp" varchar(255) not null, "createdAt" %2$s, "updatedAt" %2$s,
                comment varchar(255), author varchar(255), generation integer)
            """;

    private static final String ROW = """
            {"orgUid":"o","registryId":"%s","rootHash":"h","type":"CREATE REGISTRY","generation":0,\
            "onchainConfirmationTimeStamp":"1"}
            """;

    /** Rows of the source that the mirror lacks, has otherwise, and has beyond it; and one that it cannot take. */
    private static final List<String> CHANGES = List.of(
            "delete from units where rowid = (select min(rowid) from units)",
            "insert into units (warehouseUnitId, unitOwner) values (hex(randomblob(8)), 'new'), (hex(randomblob(8)), 'new')",
            "update units set unitOwner = hex(randomblob(8)) where rowid = (select max(rowid) from units)",
            "insert into units (warehouseUnitId, createdAt) values (hex(randomblob(8)), 'never')",
            "update audit set comment = hex(randomblob(8)) where id = 1",
            "insert into audit (orgUid, registryId, rootHash, type, onchainConfirmationTimeStamp)"
                    + " select orgUid, registryId, rootHash, type, onchainConfirmationTimeStamp from audit where id = 1");

    private static final Pattern GRANT =
            Pattern.compile("grant (.+) on (sequence |schema |function |)(\\S+?)(?:[(].*[)])? to \\w+;");

    private static final String PASSWORD = "S3CR3T-grants";

    private static final List<String> FIRST = List.of(
            "mirror backfill SOURCE --to SERVER --create",
            "audit write DIR/rows --profile cadt-v1 --to SERVER --mirror sqlite:DIR/source.db");

    private final String suffix =
            "_" + UUID.randomUUID().toString().replace("-", "").substring(0, 8);
    private final List<String> roles = new ArrayList<>();
    private int runs;

    @TempDir
    Path dir;

    /** A connection as the database's owner. */
    abstract Connection connect() throws SQLException;

    abstract Connection connectAsAdministrator() throws SQLException;

    /** What leads to it as somebody else. */
    abstract Map<String, String> login(String user, String password);

    /** How commands name the database, without a login. */
    abstract String url();

    /** The topic of the help that has the script. */
    abstract String topic();

    /** The statements that make somebody who has a role. */
    abstract List<String> newUser(String user, String password, String role);

    /** The statements that take a user or a role away. */
    abstract List<String> gone(String role);

    @BeforeEach
    void makeASource() throws Exception {
        TestSqlite.create(
                CadtSample.V1.create(dir.resolve("source.db"), new CadtSample.Size(3, 30, 5)),
                "drop trigger unit_insert_fts",
                "drop trigger unit_update_fts",
                "drop trigger unit_delete_fts");
        Files.writeString(Files.createDirectories(dir.resolve("site/source")).resolve("a.gts"), "export {}");
    }

    @AfterEach
    void dropRoles() throws SQLException {
        for (int i = roles.size(); i-- > 0; ) {
            administer(gone(roles.get(i)));
        }
    }

    final void own(String... statements) throws SQLException {
        execute(connect(), List.of(statements));
    }

    final void administer(List<String> statements) throws SQLException {
        execute(connectAsAdministrator(), statements);
    }

    private static void execute(Connection opened, List<String> statements) throws SQLException {
        try (Connection connection = opened;
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Makes the tables of an audit log and of a mirror, as the database's owner. */
    final void makeTables(Map<String, String> owner) throws IOException {
        for (String command : FIRST) {
            run(owner, command).endedWith(0);
        }
    }

    /** All roles of the script. */
    final List<String> roles() {
        List<String> all = new ArrayList<>();
        for (String statement : SqlScript.statements(HelpTopics.class, topic() + ".txt")) {
            if (statement.startsWith("create role ")) {
                all.add(statement.substring("create role ".length(), statement.length() - 1));
            }
        }
        return all;
    }

    /** Runs the part's piece of the script. @return what leads to the database as somebody who has the role */
    final Map<String, String> granted(String role) throws SQLException {
        String own = role + suffix;
        roles.add(own);
        administer(script(role));
        return user(own);
    }

    private Map<String, String> user(String role) throws SQLException {
        String user = role + "_user";
        roles.add(user);
        administer(newUser(user, PASSWORD, role));
        return login(user, PASSWORD);
    }

    /** The statements about a role, under the name that it has in this test. */
    private List<String> script(String role) {
        List<String> script = new ArrayList<>();
        for (String statement : SqlScript.statements(HelpTopics.class, topic() + ".txt")) {
            if (statement.endsWith("role " + role + ";") || statement.endsWith(" to " + role + ";")) {
                script.add(statement.replaceFirst(role + ";$", role + suffix + ";"));
            }
        }
        assertThat(script).as(role).hasSizeGreaterThan(1);
        return script;
    }

    /** Runs a command, {@code NEW} in it being something that no other run has had. */
    final LockstepRun run(Map<String, String> environment, String command) throws IOException {
        String once = "n" + runs++;
        Files.writeString(dir.resolve("rows"), ROW.formatted(once));
        return LockstepRun.of(
                environment,
                command.replace("SOURCE", "--db " + dir.resolve("source.db"))
                        .replace("DIR", dir.toString())
                        .replace("SERVER", url())
                        .replace("ID", UUID.randomUUID().toString())
                        .replace("NEW", once)
                        .split(" +", -1));
    }

    /**
     * All a part's commands run under its role, and each privilege is needed by one of them.
     *
     * @param unseen those whose lack no command tells
     */
    final void takesWhatItIsGrantedAndNoLess(GrantedPart part, List<String> unseen) throws Exception {
        Map<String, String> user = granted(part.role());
        for (String command : part.commands()) {
            LockstepRun run = tried(part, user, command);
            assertThat(run.exit()).as("%s: %s", command, run).isIn(0, 3, 7);
            assertThat(run.stdout() + run.stderr()).as(command).doesNotContain("denied");
        }
        for (String statement : script(part.role())) {
            Matcher grant = GRANT.matcher(statement);
            if (grant.matches()) {
                for (String privilege : grant.group(1).split(", ", -1)) {
                    String of = privilege + " on " + grant.group(2) + grant.group(3);
                    if (!unseen.contains(of)) {
                        isMissed(part, user, of, grant.group(3));
                    }
                }
            }
        }
    }

    /** Who may do next to nothing is shown the script, and with it all works. */
    final void whoMayDoNothingIsShownTheScript(GrantedPart part) throws Exception {
        String own = part.role() + suffix;
        roles.add(own);
        List<String> script = script(part.role());
        // Logging in takes a privilege in MariaDB, too, and so does it to see that a table is there.
        int some = part.equals(GrantedPart.MIRROR) ? 4 : 2;
        administer(script.subList(0, some));
        Map<String, String> login = user(own);
        String command = part.commands().get(1);
        LockstepRun refused = tried(part, login, command);
        assertThat(refused.exit()).as(refused.toString()).isIn(1, 4, 6);
        PastedAdvice advice = new PastedAdvice(login);
        assertThat(PastedAdvice.commands(refused)).contains("lockstep help " + topic());
        assertThat(advice.paste("lockstep help " + topic()).stdout()).contains("create role " + part.role() + ";");
        administer(script.subList(some, script.size()));
        assertThat(tried(part, login, command).exit()).as(command).isIn(0, 3, 7);
    }

    /** The commonest run of a mirror: nothing has changed since the last one. */
    final void anUnchangedSourceTakesNoMoreThanIsGranted() throws Exception {
        Path source = dir.resolve("source.db");
        Files.setLastModifiedTime(source, FileTime.fromMillis(1_700_000_000_000L));
        Map<String, String> user = granted(GrantedPart.MIRROR.role());
        for (int i = 0; i < 3; i++) {
            LockstepRun run = run(user, "mirror backfill SOURCE --to SERVER --table units --table audit --json");
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(run.stdout()).contains("\"changed\":false", "\"compared\":\"server\"");
        }
    }

    final void grant(String privilege, String role) throws SQLException {
        administer(List.of("grant " + privilege + " to " + role + suffix));
    }

    final void revoke(String privilege, String role) throws SQLException {
        administer(List.of("revoke " + privilege + " from " + role + suffix));
    }

    private void isMissed(GrantedPart part, Map<String, String> user, String of, String object) throws Exception {
        revoke(of, part.role());
        List<LockstepRun> runs = new ArrayList<>();
        boolean missed = false;
        for (int i = 0; i < part.commands().size() && !missed; i++) {
            LockstepRun run = tried(part, user, part.commands().get(i));
            runs.add(run);
            missed = (run.stdout() + run.stderr()).matches("(?is).*denied.*\\W" + object + "\\W.*");
        }
        assertThat(missed).as("without %s: %s", of, runs).isTrue();
        grant(of, part.role());
    }

    private LockstepRun tried(GrantedPart part, Map<String, String> user, String command) throws Exception {
        own(part.before().toArray(String[]::new));
        if (command.startsWith("mirror backfill")) {
            TestSqlite.create(dir.resolve("source.db"), CHANGES.toArray(String[]::new));
        }
        return run(user, command);
    }
}
