package dev.lockstep.db;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LockKeyTest {
    /** Computed by other programs: Python's hashlib and Node's crypto agree on them. */
    @ParameterizedTest
    @CsvSource(delimiter = ' ', textBlock = """
            http://localhost:4201/luke/my-realm/ 77324559412694263
            https://cardstack.com/base/ -4469204586799156024
            https://app.boxel.ai/catalog/ -3185219314202208492
            http://127.0.0.1:4444/test/ -2355824123773129196
            https://realms.example.com/ünï/ -1433183612073409663
            transpile|http://127.0.0.1:5555/peer/|http://127.0.0.1:5555/peer/peer-card.gts -2120799810884739100
            transpile|https://cardstack.com/base/|https://cardstack.com/base/card-api.gts -5742533238117051086
            http://x.test/coalesce/|http://x.test/coalesce/cards/foo.gts|realm-auth|@test-user:localhost -6982303867127973532
            https://cardstack.com/base/|https://cardstack.com/base/string|public| 4010915143530243900
            coalesce-test-key 4042284392742683263
            cost-barrier:@alice:localhost 3048321585606668775
            cost-barrier:@bob:localhost -553773210355769953
            cost-barrier:@luke:stack.cards 290524178465597344
            """)
    void everyReplicaHasTheSameKeyForAText(String text, long key) {
        assertThat(LockKey.of(text).value()).isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', textBlock = """
            http://localhost:4201/luke/my-realm/ 18003526 4030008567
            https://cardstack.com/base/ 3254399515 1867134152
            https://app.boxel.ai/catalog/ 3553350632 3846412052
            http://127.0.0.1:4444/test/ 3746459248 3979669012
            https://realms.example.com/ünï/ 3961278233 544473985
            transpile|http://127.0.0.1:5555/peer/|http://127.0.0.1:5555/peer/peer-card.gts 3801180110 4169129956
            transpile|https://cardstack.com/base/|https://cardstack.com/base/card-api.gts 2957929585 4146648370
            http://x.test/coalesce/|http://x.test/coalesce/cards/foo.gts|realm-auth|@test-user:localhost 2669272992 1845508452
            https://cardstack.com/base/|https://cardstack.com/base/string|public| 933863954 2186995516
            coalesce-test-key 941167676 4270359167
            """)
    void aKeyIsFoundInPgLocksByItsHalves(String text, long classId, long objectId) {
        assertThat(LockKey.of(text).classId()).isEqualTo(classId);
        assertThat(LockKey.of(text).objectId()).isEqualTo(objectId);
    }
}
