package dev.lockstep.db.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sqlite.util.OSInfo;

class NativeLibraryTest {
    @Test
    void namesTheFolderOfThisMachineAsTheDriverDoes() {
        assertThat(NativeLibrary.folder()).isEqualTo(OSInfo.getNativeLibFolderPathForCurrentOS());
    }
}
