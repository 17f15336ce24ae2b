package dev.lockstep.mirror;

import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(MariaDbExtension.class)
class MariaDbBackfillTest extends BackfillConformance {
    private MariaDbDatabase mirror;

    @BeforeEach
    void mirror(MariaDbDatabase database) {
        mirror = database;
    }

    @Override
    String url() {
        return mirror.url();
    }

    @Override
    Connection connect() throws SQLException {
        return MirrorPair.strict(mirror.connect());
    }
}
