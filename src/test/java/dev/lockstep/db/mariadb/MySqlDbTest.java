package dev.lockstep.db.mariadb;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbConformance;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Session;
import dev.lockstep.db.Session.Use;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.MySqlDatabase;
import dev.lockstep.testing.MySqlExtension;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(MySqlExtension.class)
class MySqlDbTest extends DbConformance {
    private MySqlDatabase database;

    @BeforeEach
    void given(MySqlDatabase fresh) {
        database = fresh;
    }

    private Db open(Session session, Fault fault) {
        return new Databases(new Environment(Map.of()), fault::around)
                .open(
                        MariaDbDbTest.target(
                                database,
                                MariaDbDbTest.password(database),
                                "?sslmode=disable&get_server_public_key=true&connect_timeout=60"),
                        session);
    }

    @Override
    protected Db open(Fault fault) {
        return open(MariaDbDbTest.WRITE, fault);
    }

    @Override
    protected Db openToRead() {
        return open(Session.of("lockstep test", Use.READ), Fault.none());
    }

    @Override
    protected Db openImpatient() {
        return open(MariaDbDbTest.WRITE.withLockTimeout(Duration.ofMillis(50)), Fault.none());
    }

    @Override
    protected String types() {
        return "bigint text blob double";
    }

    @Override
    protected Reason noSuchTable() {
        return Reason.NO_SUCH_OBJECT;
    }
}
