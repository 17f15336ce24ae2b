package dev.lockstep.mirror;

import dev.lockstep.mirror.copy.BackfillConformance;
import dev.lockstep.testing.MySqlDatabase;
import dev.lockstep.testing.MySqlExtension;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(MySqlExtension.class)
class MySqlBackfillTest extends BackfillConformance {
    private MySqlDatabase mirror;

    @BeforeEach
    void mirror(MySqlDatabase database) {
        mirror = database;
    }

    @Override
    protected String url() {
        return mirror.url();
    }

    @Override
    protected Connection connect() throws SQLException {
        return MirrorPair.strict(mirror.connect());
    }
}
