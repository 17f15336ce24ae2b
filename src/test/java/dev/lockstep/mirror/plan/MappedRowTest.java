package dev.lockstep.mirror.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import org.junit.jupiter.api.Test;

class MappedRowTest {
    @Test
    void aRowThatIsLongerThanAnyBeforeHasADigestAndAKey() throws Exception {
        MappedRow row = new MappedRow(1);
        row.set(0, MappedRow.Tag.TEXT, new byte[10_000]);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");

        row.digest(digest);

        assertThat(digest.digest()).hasSize(32);
        MappedRow other = new MappedRow(1);
        other.set(0, MappedRow.Tag.TEXT, new byte[10_000]);
        assertThat(other.exactKey(1)).isEqualTo(row.exactKey(1)).hasSize(10_009);
    }
}
