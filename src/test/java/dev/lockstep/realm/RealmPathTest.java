package dev.lockstep.realm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.support.LockstepException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RealmPathTest {
    private static final RealmUrl REALM = new RealmUrl("http://h/r/");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cards/x.gts                  | cards/x.gts      | http://h/r/cards/x.gts",
                "http://h/r/cards/x.gts       | cards/x.gts      | http://h/r/cards/x.gts",
                "my card.gts                  | my card.gts      | http://h/r/my%20card.gts",
                "my%20card.gts                | my card.gts      | http://h/r/my%20card.gts",
                "my%2520card.gts              | my card.gts      | http://h/r/my%20card.gts",
                "http://h/r/my%20card.gts     | my card.gts      | http://h/r/my%20card.gts",
                "a%23b%2Fc%3Fd.gts            | a%23b%2Fc%3Fd.gts| http://h/r/a%23b%2Fc%3Fd.gts",
                "http://h/r/a%23b.gts         | a%23b.gts        | http://h/r/a%23b.gts",
                "a^b.gts                      | a^b.gts          | http://h/r/a%5Eb.gts",
                "a%5Eb.gts                    | a^b.gts          | http://h/r/a%5Eb.gts",
                "c\u00e9.gts                 | c\u00e9.gts     | http://h/r/c%C3%A9.gts",
                "c%C3%A9.gts                  | c\u00e9.gts     | http://h/r/c%C3%A9.gts",
                "a+b&c=d.gts                  | a+b&c=d.gts      | http://h/r/a+b&c=d.gts",
                "http://h/r/@types/n/x.ts     | @types/n/x.ts    | http://h/r/@types/n/x.ts",
                "cards/person.json            | cards/person.json| http://h/r/cards/person.json",
            })
    void oneFileHasOneNameHoweverItIsSpelled(String typed, String local, String url) {
        RealmPath path = RealmPath.read(REALM, typed);

        assertThat(path.local()).isEqualTo(local);
        assertThat(path.url()).isEqualTo(url);
        assertThat(path.files()).containsExactly(local);
        assertThat(path.artifacts()).startsWith(url);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a b.js                | http://h/r/a%20b.js",
                "a%20b.js              | http://h/r/a%2520b.js",
                "a%2520b.js            | http://h/r/a%252520b.js",
                "100%.js               | http://h/r/100%25.js",
                "a#b?c^d.js            | http://h/r/a%23b%3Fc%5Ed.js",
                "a%23b.js              | http://h/r/a%2523b.js",
                "c\u00e9.js           | http://h/r/c%C3%A9.js",
                "http://h/r/a%20b.js   | http://h/r/a%20b.js",
                "http://h/r/a b.js     | http://h/r/a%20b.js",
                "http://h/r/a%2520b.js | http://h/r/a%2520b.js",
                "http://h/r/a%23b.js   | http://h/r/a%23b.js",
                "http://h/r/%61%7e.js  | http://h/r/a~.js",
                "http://h/r/c%c3%a9.js | http://h/r/c%C3%A9.js"
            })
    void aNameOnDiskIsOneKeyAndAnInvalidationOfItMeansThatKey(String typed, String key) {
        assertThat(RealmPath.file(REALM, typed)).isEqualTo(key);
        if (typed.startsWith("http") || !typed.matches(".*(%[^0-9]|[#?]).*")) {
            assertThat(RealmPath.read(REALM, typed).artifacts()).contains(key);
            assertThat(RealmPath.read(REALM, key).artifacts()).contains(key);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://h/other/x.gts   | not in http://h/r/  | name the realm",
                "HTTP://H/r/x.gts       | not in http://h/r/  | write http://h/r/x.gts",
                "http://h/r/            | the realm itself    | leave the path out",
                "http://h/r             | the realm itself    | leave the path out",
                "http://h/r/x.gts?noCache=1 | a query         | write http://h/r/x.gts",
                "'  '                    | blank               | relative to the realm",
                "http://h/r/x.gts#top   | a fragment          | write http://h/r/x.gts",
                "x.gts?a=b              | '?' ends the path   | x.gts%3Fa=b, or x.gts",
                "a#b.gts                | '#' ends the path   | write a%23b.gts",
                "100%.gts               | bad percent escape  | %XX",
                "100%25.gts             | twice               | the whole realm",
                "'x.gts '               | no blank            | write x.gts, or %20",
                "' x.gts'               | no blank            | write x.gts, or %20",
                "a%FF.gts               | not UTF-8           | %XX",
                "a\\b.gts             | a backslash         | write a/b.gts",
                "a//b.gts               | two slashes         | write a/b.gts",
                "%2e%2e/x.gts           | '..' in it          | cards/person.gts",
                "x%00.gts               | U+0000              | cards/person.gts",
                "*                      | the whole realm     | cards/person.gts",
                "%2A                    | the whole realm     | cards/person.gts",
                "@cardstack/base/card-api | a prefix          | write card-api if it is in http://h/r/",
            })
    void whatNoReplicaWouldKnowIsRefusedWithTheNearestForm(String typed, String what, String hint) {
        assertThatThrownBy(() -> RealmPath.read(REALM, typed)).isInstanceOfSatisfying(LockstepException.class, e -> {
            assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE);
            assertThat(e.getMessage()).contains(what);
            assertThat(e.hint()).contains(hint);
        });
    }

    @Test
    void aNameWithoutExtensionMeansEveryFileThatItMayStandFor() {
        RealmPath path = RealmPath.read(REALM, "cards/p1");

        assertThat(path.files())
                .containsExactly(
                        "cards/p1", "cards/p1.js", "cards/p1.gjs", "cards/p1.ts", "cards/p1.gts", "cards/p1.json");
        assertThat(path.artifacts())
                .containsExactly(
                        "http://h/r/cards/p1",
                        "http://h/r/cards/p1.js",
                        "http://h/r/cards/p1.gjs",
                        "http://h/r/cards/p1.ts",
                        "http://h/r/cards/p1.gts");
        assertThat(RealmPath.read(REALM, "cards/v1.2").files()).contains("cards/v1.2.gts");
        assertThat(RealmPath.read(REALM, "realm").mayBeInfo()).isTrue();
        assertThat(RealmPath.read(REALM, "cards/realm.json").mayBeInfo()).isFalse();
    }

    /** A Mac says e and an accent where others say one character. */
    @Test
    void aNameWithAnAccentAsAMacWritesItMeansTheFileThatLooksTheSameToo() {
        for (String typed : List.of("cafe\u0301.gts", "http://h/r/cafe%CC%81.gts")) {
            RealmPath path = RealmPath.read(REALM, typed);

            assertThat(path.files()).containsExactly("cafe\u0301.gts", "caf\u00e9.gts");
            assertThat(path.artifacts()).containsExactly("http://h/r/cafe%CC%81.gts", "http://h/r/caf%C3%A9.gts");
        }
        assertThat(RealmPath.file(REALM, "cafe\u0301.gts")).isEqualTo("http://h/r/cafe%CC%81.gts");
    }

    @Test
    void aWholeUrlBelongsToTheInnermostRealmAndAPathToEach() {
        RealmUrl inner = new RealmUrl("http://h/r/in/");

        assertThat(RealmPath.read(List.of(REALM, inner), List.of("http://h/r/in/x.gts", "y.gts")))
                .containsExactly(
                        new RealmPath(REALM, "y.gts"), new RealmPath(inner, "x.gts"), new RealmPath(inner, "y.gts"));
    }

    @Test
    void aRealmWhoseUrlIsDecodedKnowsItsEncodedUrls() {
        RealmUrl realm = new RealmUrl("http://h/\u00fcn\u00ef/");

        assertThat(RealmPath.read(realm, "http://h/%C3%BCn%C3%AF/x.gts").local())
                .isEqualTo("x.gts");
        assertThat(RealmPath.read(realm, "x.gts").url()).isEqualTo("http://h/%C3%BCn%C3%AF/x.gts");
    }
}
