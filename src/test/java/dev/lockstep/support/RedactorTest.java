package dev.lockstep.support;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
    private final Redactor redactor = new Redactor();

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", quoteCharacter = '"', textBlock = """
            host=db9 password=canary dbname=app -> host=db9 password=*** dbname=app
            password = 'can\\'t canary' user=bob -> password = *** user=bob
            password='canary -> password=***
            PGPASSWORD=canary psql -> PGPASSWORD=*** psql
            &sslpassword=canary&x=y -> &sslpassword=***&x=y
            {"url":"jdbc:postgresql:a?password=canary"} -> {"url":"jdbc:postgresql:a?password=***"}
            password= -> password=***
            postgresql://bob:canary@db9/app -> postgresql://bob:***@db9/app
            postgresql://:canary@db9/app -> postgresql://:***@db9/app
            postgresql://bob:can/ca?na#ry@db9/app -> postgresql://bob:***@db9/app
            mariadb://bob:c@n@ry@db9 and postgres://bob:x@y -> mariadb://bob:***@db9 and postgres://bob:***@y
            https://bob:canary@host/path -> https://bob:***@host/path
            """)
    void whatStandsWhereAPasswordStandsIsTakenOut(String text, String redacted) {
        assertThat(redactor.redact(text)).isEqualTo(redacted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "password authentication failed for user \"bob\"",
                "use --password-file FILE, PGPASSWORD or ~/.pgpass",
                "postgresql://bob@db9:5432/app",
                "http://localhost:4201/luke/my-realm/:*",
                "http://localhost:4201/@luke:stack.cards/x",
                "a // b @ c",
                "mail bob@db9, or see http://db9/"
            })
    void everythingElseStaysAsItIs(String text) {
        assertThat(redactor.redact(text)).isEqualTo(text);
    }

    @Test
    void aKnownPasswordIsTakenOutWhereverItStandsAndHoweverItIsWritten() {
        redactor.register(Secret.of("S3CR3T-re dact/or"));

        assertThat(redactor.redact("xS3CR3T-re dact/ory, S3CR3T-re%20dact%2For."))
                .isEqualTo("x***y, ***.");
    }

    @Test
    void aShortPasswordIsTakenOutAsAWordOfItsOwn() {
        redactor.register(Secret.of("qxz"));

        assertThat(redactor.redact("qxz (qxz) aqxz qxzb 'qxz'")).isEqualTo("*** (***) aqxz qxzb '***'");
    }

    @Test
    void aPasswordTooShortToBeOneHidesNothing() {
        redactor.register(Secret.of("a"));
        redactor.register(Secret.of(""));

        assertThat(redactor.redact("a realm")).isEqualTo("a realm");
        assertThat(redactor.redact(null)).isNull();
    }

    @Test
    void everyErrorIsCleanFromTheStart() {
        LockstepException trouble =
                LockstepException.usage("no such thing: password=canary", "try postgresql://bob:canary@db9");

        assertThat(trouble).hasMessage("no such thing: password=***");
        assertThat(trouble.hint()).isEqualTo("try postgresql://bob:***@db9");
    }

    @Property
    void whatIsCleanStaysAsItIs(@ForAll String text) {
        String once = redactor.redact(text);

        assertThat(redactor.redact(once)).isEqualTo(once);
    }
}
