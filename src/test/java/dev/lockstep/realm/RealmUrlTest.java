package dev.lockstep.realm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.realm.RealmUrl.Correction;
import dev.lockstep.support.LockstepException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RealmUrlTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:4201/luke/my-realm/",
                "https://example.com/",
                "https://example.com/~luke/a_b/(c)!/",
                "http://127.0.0.1:8080/x/",
                "http://[::1]:8080/x/",
                "http://xn--bcher-kva.example/",
                "http://h/é/日本/",
                "http://h/a%2Fb/",
                "http://h/a/.b/..c/d../",
                "http://h/a@b:c/"
            })
    void aUrlInTheFormThatReplicasUseIsTakenAsItIs(String url) {
        RealmUrl.Reading reading = RealmUrl.read(url);

        assertThat(reading.url().value()).isEqualTo(url);
        assertThat(reading.corrections()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://h", "http://h/a", "http://[::1]:4201"})
    void aMissingSlashIsAdded(String url) {
        RealmUrl.Reading reading = RealmUrl.read(url);

        assertThat(reading.url().value()).isEqualTo(url + "/");
        assertThat(reading.corrections()).containsExactly(Correction.SLASH_ADDED);
    }

    /** As JavaScript's decodeURI: node says the same of each. */
    @ParameterizedTest
    @CsvSource({
        "http://h/my%20realm/,      http://h/my realm/",
        "http://h/%C3%A9/,          http://h/é/",
        "http://h/%E2%82%AC/,       http://h/€/",
        "http://h/%F0%9D%84%9E/,    http://h/𝄞/",
        "http://h/a%2fb%20/,        'http://h/a%2fb /'",
        "http://h/%41%25%7E/,       http://h/A%~/",
    })
    void percentEscapesAreDecodedAsReplicasDoIt(String typed, String url) {
        RealmUrl.Reading reading = RealmUrl.read(typed);

        assertThat(reading.url().value()).isEqualTo(url);
        assertThat(reading.corrections()).containsExactly(Correction.PERCENT_DECODED);
    }

    @ParameterizedTest
    @CsvSource({
        "'',                          cannot be empty",
        "my-realm/,                   does not begin with http",
        "/luke/my-realm/,             does not begin with http",
        "localhost:4201/,             does not begin with http",
        "ftp://h/,                    does not begin with http",
        "@cardstack/base/,            does not begin with http",
        "http:/h/,                    does not begin with http",
        "http:///x/,                  no host",
        "http://:80/x/,               no host",
        "http://h/a/:b/,              '''/:'' in its path'",
        "http://h/:b,                 '''/:'' in its path'",
        "http://h/a?b/,               '''?'' at character 11'",
        "http://h/a#b/,               '''#'' at character 11'",
        "'http://h/a b/',             a space at character 11",
        "'http://h/a\\b/',            '''\\'' at character 11'",
        "http://h/a/../b/,            '''..'' in its path'",
        "http://h/./b/,               '''.'' in its path'",
        "http://h/%2E%2e/b/,          '''..'' in its path'",
        "http://h/a/..,               '''..'' in its path'",
        "http://h/%00/,               escaped control character",
        "http://h/%0a/,               escaped control character",
        "http://h/%4/,                bad percent escape at '%4/'",
        "http://h/%zz/,               bad percent escape",
        "http://h/%,                  bad percent escape",
        "http://h/%C3/,               bad percent escape",
        "http://h/%ff/,               not UTF-8",
        "http://h/%C0%AF/,            not UTF-8",
        "http://h:99999/,             its port",
        "http://h:abc/,               its port",
        "http://h:/,                  its port",
        "http://h:+1/,                its port",
        "http://a'b/,                 in its host",
        "http://[::g]/,               'g' in its host",
        "http://[::1/,                not an IPv6 address",
        "http://[]/,                  not an IPv6 address",
        "http://[/,                   not an IPv6 address",
    })
    void anythingElseIsRefusedAndSaysWhat(String typed, String what) {
        assertRefused(typed, what.replaceAll("^'(.*)' (in its path|at character \\d+)$", "'$1' $2"));
    }

    @Test
    void controlCharactersAreNamedByNumberAndPlace() {
        assertRefused("http://h/a\0b/", "U+0000 at character 11");
        assertRefused("http://h/a\tb/", "U+0009 at character 11");
        assertRefused("http://h/a\u001bb/", "U+001B at character 11");
        assertRefused("http://h/a\u009bb/", "U+009B at character 11");
        assertRefused("http://h/a\u00a0b/", "U+00A0 at character 11");
        assertRefused("http://h/\ud834/", "half of a surrogate pair at character 10");
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP://h/a/,              http://h/a/",
        "http://LOCALHOST:4201/a,  http://localhost:4201/a",
        "http://h:80/a/,           http://h/a/",
        "https://h:443,            https://h/",
        "http://h:0080/,           http://h/",
        "http://bücher.example/,   http://xn--bcher-kva.example/",
        "http://[::AB]/,           http://[::ab]/",
    })
    void aHostInAnotherFormIsRefusedWithTheRightOne(String typed, String right) {
        LockstepException trouble = assertRefused(typed, "another form of its host or port");

        assertThat(trouble.hint()).isEqualTo("write " + right);
        assertThat(RealmUrl.read(right).url().value()).startsWith(right);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://me:S3CR3T@h/",
                "http://S3CR3T@h/",
                "http://me:S3CR3T@H:x/?",
                "ftp://me:S3CR3T@h/",
                "me:S3CR3T@h",
                "http://me:S3/CR3T@h/ "
            })
    void aPasswordIsNotShown(String typed) {
        LockstepException trouble = assertRefused(typed, "bad realm URL");

        assertThat(trouble.getMessage() + trouble.hint()).doesNotContain("S3").doesNotContain("CR3T");
    }

    @Test
    void aUrlTooLongForANotificationIsRefused() {
        LockstepException trouble = assertRefused("http://h/" + "é".repeat(4_000), "8010 bytes is too long");

        assertThat(trouble.getMessage()).hasSizeLessThan(200);
    }

    @Test
    void aNameOnTheWireNeedOnlyEndInASlash() {
        assertThat(new RealmUrl("@cardstack/base/").value()).isEqualTo("@cardstack/base/");
        assertThatThrownBy(() -> new RealmUrl("http://h/a")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RealmUrl("http://h/:a/")).isInstanceOf(IllegalArgumentException.class);
    }

    private static LockstepException assertRefused(String typed, String what) {
        LockstepException trouble = catchThrowableOfType(LockstepException.class, () -> RealmUrl.read(typed));

        assertThat(trouble).as(typed).isNotNull().hasMessageContaining(what);
        assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.USAGE);
        return trouble;
    }
}
