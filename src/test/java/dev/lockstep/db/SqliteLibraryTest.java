package dev.lockstep.db;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sqlite.util.OSInfo;

class SqliteLibraryTest {
    @Test
    void namesTheFolderOfThisMachineAsTheDriverDoes() {
        assertThat(SqliteLibrary.folder()).isEqualTo(OSInfo.getNativeLibFolderPathForCurrentOS());
    }
}
