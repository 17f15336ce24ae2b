package dev.lockstep.db.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sqlite.util.OSInfo;

class SqliteLibraryTest {
    @Test
    void namesTheFolderOfThisMachineAsTheDriverDoes() {
        assertThat(SqliteLibrary.folder()).isEqualTo(OSInfo.getNativeLibFolderPathForCurrentOS());
    }
}
