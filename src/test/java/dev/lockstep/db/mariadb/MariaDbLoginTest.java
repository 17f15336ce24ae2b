package dev.lockstep.db.mariadb;

import static dev.lockstep.db.DbConformance.reason;
import static dev.lockstep.db.mariadb.MariaDbDbTest.WRITE;
import static dev.lockstep.db.mariadb.MariaDbDbTest.password;
import static dev.lockstep.db.mariadb.MariaDbDbTest.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whatever keeps one from connecting is said, without a password. */
@ExtendWith(MariaDbExtension.class)
class MariaDbLoginTest {
    private MariaDbDatabase database;

    @BeforeEach
    void given(MariaDbDatabase fresh) {
        database = fresh;
    }

    @Test
    void aServerThatStaysSilentIsGivenUp() {
        try (FaultProxy proxy = FaultProxy.before(database.host(), database.port())) {
            proxy.freeze();
            MariaDbDatabase frozen = database.through(proxy.port());
            DbTarget target = target(frozen, password(frozen), "?sslmode=disable&connect_timeout=1");

            assertThat(reason(() -> new Databases(new Environment(Map.of())).open(target, WRITE)))
                    .isEqualTo(Reason.UNREACHABLE);
        }
    }

    @Test
    void nobodyThereIsUnreachableAndSaysWhereItLooked() {
        Databases databases = new Databases(new Environment(Map.of()));
        DbTarget target = target(database.through(1), password(database), "");

        assertThatThrownBy(() -> databases.open(target, WRITE))
                .isInstanceOfSatisfying(DbException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE);
                    assertThat(e.kind()).isEqualTo(LockstepException.Kind.UNREACHABLE);
                    assertThat(e.hint())
                            .contains("host from the connection string")
                            .contains("password from MYSQL_PWD");
                })
                .message()
                .startsWith("cannot connect to 127.0.0.1:1 as " + database.user())
                .contains("refused")
                .doesNotContain(database.password());
    }

    @Test
    void aWrongPasswordAndAnUnknownDatabaseAreRefusedLogins() {
        Databases databases = new Databases(new Environment(Map.of()));
        DbTarget stranger = target(database, Map.of("MYSQL_PWD", "S3CR3T-wrong"), "?sslmode=disable");
        assertThatThrownBy(() -> databases.open(stranger, WRITE))
                .isInstanceOfSatisfying(
                        DbException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LOGIN_REFUSED))
                .message()
                .doesNotContain("S3CR3T");

        DbTarget elsewhere = target(database, password(database), "x?sslmode=disable");
        assertThat(reason(() -> databases.open(elsewhere, WRITE))).isEqualTo(Reason.LOGIN_REFUSED);
    }

    @Test
    void encryptionIsUsedWhereTheServerHasIt() {
        Databases databases = new Databases(new Environment(Map.of()));
        try (Db preferred = databases.open(target(database, password(database), ""), WRITE);
                Db required = databases.open(target(database, password(database), "?sslmode=require"), WRITE)) {
            String cipher = "show session status like 'Ssl_cipher'";
            assertThat(required.autocommit(tx -> tx.only(cipher)).text(1)).isNotEmpty();
            assertThat(preferred.autocommit(tx -> tx.only(cipher)).text(1)).isNotEmpty();
        }
    }
}
