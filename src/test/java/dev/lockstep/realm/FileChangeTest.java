package dev.lockstep.realm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.support.LockstepException;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileChangeTest {
    private static final RealmUrl REALM = new RealmUrl("http://localhost:4201/luke/my-realm/");

    @ParameterizedTest
    @CsvSource({
        "http://localhost:4201/luke/src/:cards/person.gts, http://localhost:4201/luke/src/, cards/person.gts",
        "https://example.com/:index.json,                  https://example.com/,            index.json",
        "https://example.com/a/b/c/:d/e/f.gts,             https://example.com/a/b/c/,      d/e/f.gts",
        "http://localhost:4201/luke/src/:*,                http://localhost:4201/luke/src/, *",
        "https://example.com/:*,                           https://example.com/,            *",
        "@cardstack/base/:card-api.gts,                    @cardstack/base/,                card-api.gts",
        "http://h/a/:b/:c.txt,                             http://h/a/,                     b/:c.txt",
        "http://h/a/:/x,                                   http://h/a/,                     /x",
        "http://h/a/::x,                                   http://h/a/,                     :x",
        "http://h/é/:日本/𝄞.gts,                            http://h/é/,                     日本/𝄞.gts",
    })
    void aPayloadEndsItsUrlAtTheFirstSlashAndColon(String payload, String realm, String path) {
        assertThat(FileChange.parse(payload)).contains(new FileChange(new RealmUrl(realm), path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "http://localhost:4201/luke/src/",
                "http://localhost:4201",
                ":*",
                "http://h/a/:",
                "/:"
            })
    void aPayloadWithoutBothPartsIsMalformed(String payload) {
        assertThat(FileChange.parse(payload)).isEmpty();
    }

    @Test
    void theStarIsTheWholeRealm() {
        assertThat(FileChange.wildcard(REALM).payload()).isEqualTo("http://localhost:4201/luke/my-realm/:*");
        assertThat(FileChange.wildcard(REALM).isWildcard()).isTrue();
        assertThat(FileChange.file(REALM, "a*.gts").isWildcard()).isFalse();
    }

    @Property(tries = 10_000)
    void whatIsSentIsWhatIsRead(
            @ForAll @StringLength(max = 40) String before, @ForAll @NotEmpty @StringLength(max = 40) String path) {
        RealmUrl realm = new RealmUrl("http://h/" + before.replace("/:", "").replaceFirst("^:", "") + "x/");
        FileChange change = new FileChange(realm, path);

        assertThat(FileChange.parse(change.payload())).isEqualTo(Optional.of(change));
    }

    @Property(tries = 10_000)
    void anyTextIsReadOrMalformedAndIsWrittenAsItWas(@ForAll @Chars({'/', ':', '*', 'a', 'é'}) String text) {
        FileChange.parse(text).ifPresent(change -> assertThat(change.payload()).isEqualTo(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "/etc/passwd",
                "cards/",
                "../x",
                "a/../b",
                "./a",
                "a/.",
                "a\nb",
                "a\0",
                "a\u009bb",
                "\ud800"
            })
    void aPathThatNoFileOfARealmHasIsRefused(String path) {
        assertThatThrownBy(() -> FileChange.file(REALM, path))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "person.gts",
                "cards/person.gts",
                "a b/ü*.json",
                ".gitignore",
                "a/..b",
                "100%.txt",
                "a/:b",
                "a\\b"
            })
    void anyOtherPathIsSentAsItIs(String path) {
        assertThat(FileChange.file(REALM, path).payload()).isEqualTo(REALM.value() + ":" + path);
    }

    @Test
    void lengthIsCountedInBytesOfUtf8() {
        RealmUrl realm = new RealmUrl("http://h/");

        assertThat(FileChange.file(realm, "€").bytes()).isEqualTo("http://h/".length() + 1 + 3);
    }

    @Test
    void aRealmWhoseWildcardDoesNotFitIsRefused() {
        String fits = "http://h/" + "x".repeat(FileChange.MAX_PAYLOAD_BYTES - 12) + "/";

        assertThat(FileChange.wildcard(new RealmUrl(fits)).bytes()).isEqualTo(FileChange.MAX_PAYLOAD_BYTES);
        assertThatThrownBy(() -> FileChange.wildcard(new RealmUrl(fits + "/")))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE))
                .hasMessageContaining("too long");
    }
}
