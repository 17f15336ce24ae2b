package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.RunningLockstep;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tables as Vaultwarden, Gitea, Grafana, Home Assistant, Servarr, Uptime Kuma, Rails and Django make them in SQLite and on a
 * server: what people move, in the way that these projects describe.
 */
class KnownApplicationsTest {
    private static final String SQLITE = """
            create table users(uuid text primary key not null, created_at datetime not null,
                   email text not null unique, password_hash blob not null, security_stamp text,
                   enabled boolean not null default 1);
            insert into users values('0f5b5c4e-6f5f-4a63-bb29-b7c7c1e0aa01','2024-01-02 03:04:05.678901','a@b',x'0102',null,1);
            create table ciphers(uuid text primary key not null, user_uuid text references users(uuid),
                   data text not null, atype integer not null, deleted_at datetime);
            insert into ciphers values('c1','0f5b5c4e-6f5f-4a63-bb29-b7c7c1e0aa01','{"a":1}',1,null);
            create table repository(id integer primary key autoincrement not null, owner_id integer,
                   lower_name text not null, is_private integer, created_unix integer, units text);
            insert into repository values(1,1,'x',1,1700000000,null);
            create table dashboard(id integer primary key autoincrement not null, version integer not null,
                   slug text not null, data text not null, created datetime not null,
                   is_folder integer not null default 0, uid text);
            insert into dashboard values(1,1,'s','{"panels":[]}','2023-05-04 10:11:12',0,'u1');
            create table states(state_id integer primary key, state varchar(255), last_updated_ts float,
                   old_state_id integer references states(state_id), context_id_bin blob, unused char(1));
            insert into states values(1,'on',1700000000.123,null,x'00112233445566778899aabbccddeeff',null),(2,'off',1700000001.5,1,null,null);
            create table "Movies"("Id" integer primary key autoincrement not null, "Added" datetime,
                   "Monitored" integer not null, "Tags" text, "QualityId" integer, "Ratings" text);
            insert into "Movies" values(1,'2024-02-03 04:05:06.1234567Z',1,'[]',4,null);
            create table heartbeat(id integer primary key autoincrement not null,
                   important boolean not null default 0, monitor_id integer not null, status smallint not null,
                   msg text, time datetime not null, ping integer, duration integer not null default 0);
            insert into heartbeat values(1,1,1,1,'ok','2024-01-01 00:00:00.123',12,0);
            create table posts(id integer primary key autoincrement not null, title varchar, body text,
                   at time(6), price decimal(10,2), published boolean, created_at datetime(6) not null,
                   meta json);
            insert into posts values(1,'t','b','2000-01-01 10:11:12.500000',12.5,1,'2024-01-01 00:00:00.123456','{"k":[1,2]}');
            create table app_thing(id char(32) not null primary key, name varchar(20) not null,
                   took bigint not null, day date, at time, data text check(json_valid(data)),
                   slug varchar(50) not null unique);
            insert into app_thing values('0f5b5c4e6f5f4a63bb29b7c7c1e0aa01','n',5000000,'2024-02-29','10:11:12','{"a": 1.50}','s1');
            """;

    private static final String POSTGRESQL = """
            create table users(uuid char(36) primary key, created_at timestamp not null,
                   email varchar(255) not null unique, password_hash bytea not null, security_stamp text,
                   enabled boolean not null default true);
            create table ciphers(uuid varchar(40) primary key, user_uuid char(36) references users(uuid),
                   data text not null, atype integer not null, deleted_at timestamp);
            create table repository(id bigserial primary key, owner_id bigint,
                   lower_name varchar(255) not null, is_private boolean, created_unix bigint, units text);
            create table dashboard(id serial primary key, version integer not null, slug varchar(189) not null,
                   data text not null, created timestamp not null, is_folder boolean not null default false,
                   uid varchar(40));
            create unique index udx on dashboard(uid);
            create table states(state_id bigint generated by default as identity primary key,
                   state varchar(255), last_updated_ts double precision,
                   old_state_id bigint references states(state_id), context_id_bin bytea, unused char(1));
            create table "Movies"("Id" integer primary key generated by default as identity,
                   "Added" timestamptz, "Monitored" boolean not null, "Tags" text, "QualityId" integer,
                   "Ratings" text);
            create table heartbeat(id serial primary key, important boolean not null default false,
                   monitor_id integer not null, status smallint not null, msg text, time timestamp not null,
                   ping integer, duration integer not null default 0);
            create table posts(id bigserial primary key, title varchar, body text, at time(6),
                   price numeric(10,2), published boolean, created_at timestamp(6) not null, meta jsonb);
            create table app_thing(id uuid primary key, name varchar(20) not null, took bigint not null,
                   day date, at time, data jsonb, slug varchar(50) not null unique);
            """;

    private static final String MARIADB = """
            create table users(uuid char(36) primary key, created_at datetime not null,
                   email varchar(255) not null unique, password_hash blob not null, security_stamp text,
                   enabled boolean not null default 1);
            create table ciphers(uuid char(36) primary key, user_uuid char(36), data text not null,
                   atype integer not null, deleted_at datetime, foreign key(user_uuid) references users(uuid));
            create table repository(id bigint auto_increment primary key, owner_id bigint,
                   lower_name varchar(255) not null, is_private tinyint(1), created_unix bigint, units text);
            create table dashboard(id bigint auto_increment primary key, version int not null,
                   slug varchar(189) not null, data mediumtext not null, created datetime not null,
                   is_folder tinyint(1) not null default 0, uid varchar(40), unique key(uid));
            create table states(state_id bigint auto_increment primary key, state varchar(255),
                   last_updated_ts double, old_state_id bigint, context_id_bin binary(16), unused char(0),
                   foreign key(old_state_id) references states(state_id));
            create table heartbeat(id int unsigned auto_increment primary key,
                   important boolean not null default 0, monitor_id int unsigned not null,
                   status smallint not null, msg text, time datetime(3) not null, ping int,
                   duration int not null default 0);
            create table posts(id bigint auto_increment primary key, title varchar(255), body text, at time(6),
                   price decimal(10,2), published tinyint(1), created_at datetime(6) not null, meta json);
            create table app_thing(id char(32) primary key, name varchar(20) not null, took bigint not null,
                   day date, at time(6), data json, slug varchar(50) not null unique);
            """;

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void tablesThatTheApplicationHasMadeAreFilled(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, statements(SQLITE))) {
            mirror.execute(statements(kind == Kind.POSTGRESQL ? POSTGRESQL : MARIADB));
            List<String> options = kind == Kind.POSTGRESQL ? List.of() : List.of("--exclude=movies");
            equal(mirror, options, options);
        }
    }

    @ParameterizedTest
    @EnumSource
    void tablesThatAreMadeAreFilledAndGivenTheirIndexes(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, statements(SQLITE))) {
            equal(mirror, List.of("--create"), List.of());
            LockstepRun again = run(mirror, "backfill", List.of("--create"));
            assertThat(again.exit()).as(again.toString()).isZero();
            assertThat(again.stdout()).doesNotContainPattern("[1-9][0-9]* (inserted|updated|deleted)");
        }
    }

    /** Of the servers one a day, and all at night. */
    static List<Kind> servers() {
        return Counts.today(1, List.of(Kind.POSTGRESQL, Kind.MARIADB, Kind.MYSQL));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void whatOtherApplicationsHaveIsPlannedMadeProvedAndFollowed(Kind kind) throws SQLException, IOException {
        String script = new String(
                KnownApplicationsTest.class
                        .getResourceAsStream("applications.sql")
                        .readAllBytes(),
                StandardCharsets.UTF_8);
        try (TestMirror mirror = new TestMirror(kind, dir, statements(script))) {
            LockstepRun plan = run(mirror, "plan", List.of());
            assertThat(plan.exit()).as(plan.toString()).isZero();
            LockstepRun create = run(mirror, "backfill", List.of("--create"));
            assertThat(create.exit()).as(create.toString()).isZero();
            // MySQL has no default of a long text but by an expression, and takes none for a column that is there.
            assertThat(create.stderr().replaceAll("(?m)^.*\\(1101, 42000\\)$", ""))
                    .doesNotContain("is not made");
            try (RunningLockstep follow = FollowTest.follow(mirror)) {
                follow.awaitStdout("following 25 tables");
                mirror.sql(
                        "insert into \"User\" values ('b', 2, null, null, 5)",
                        "update notes set sfld = 'now a text' where sfld = 12",
                        "insert into \"order\" (id, \"user\", \"desc\") values (7, 'b', 'y')",
                        "delete from st where a = 2");
                FollowTest.awaitEqual(mirror, "User");
                FollowTest.awaitEqual(mirror, "st");
            }
            LockstepRun again = run(mirror, "backfill", List.of());
            assertThat(again.exit()).as(again.toString()).isZero();
            LockstepRun verify = run(mirror, "verify", List.of());
            assertThat(verify.exit()).as(verify.toString()).isZero();
        }
    }

    private static void equal(TestMirror mirror, List<String> options, List<String> verifying) {
        LockstepRun run = run(mirror, "backfill", options);
        assertThat(run.exit()).as(run.toString()).isZero();
        assertThat(run.stdout()).contains("states: 2 read, 2 inserted", "posts: 1 read, 1 inserted");
        LockstepRun verify = run(mirror, "verify", verifying);
        assertThat(verify.exit()).as(verify.toString()).isZero();
    }

    private static LockstepRun run(TestMirror mirror, String command, List<String> options) {
        List<String> arguments = new ArrayList<>(List.of("mirror", command));
        arguments.addAll(options);
        return mirror.run(arguments.toArray(String[]::new));
    }

    private static String[] statements(String script) {
        List<String> statements = new ArrayList<>();
        for (String statement : script.split(";\n", -1)) {
            if (!statement.isBlank()) {
                statements.add(statement.strip());
            }
        }
        return statements.toArray(String[]::new);
    }
}
