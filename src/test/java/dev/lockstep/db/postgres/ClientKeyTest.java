package dev.lockstep.db.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.BadPaddingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One key, made for this test, in the forms that OpenSSL has written it in. */
class ClientKeyTest {
    private static final String PASSWORD = "secret";

    private static final String PLAIN = """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtbU+AjzPceAI55ZP
            05I+NNk7EjhR9bHSEP6bGCcHdJGhRANCAAS9jnmlhP3uDYe0FRZKsoVh46QSz6q2
            Z4GGlT60gx7aA3nOgaAYWCYqJ65guvXY4TYp0fBhFnzMdA5XzuNRjy6H
            -----END PRIVATE KEY-----
            """;

    private static final String CURVE = """
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEILW1PgI8z3HgCOeWT9OSPjTZOxI4UfWx0hD+mxgnB3SRoAoGCCqGSM49
            AwEHoUQDQgAEvY55pYT97g2HtBUWSrKFYeOkEs+qtmeBhpU+tIMe2gN5zoGgGFgm
            KieuYLr12OE2KdHwYRZ8zHQOV87jUY8uhw==
            -----END EC PRIVATE KEY-----
            """;

    private static final String CURVE_AES = """
            -----BEGIN EC PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-128-CBC,3E2F459C11FD6D40F78746670FF29B0B

            ucZM3T/9rymBpYQNWPfjEicUwoLGHE2UHp2VT8uIDhKLt9SFm3V05BChoJVZYeA6
            Ca8efChUnZxGg9t8r+1+ZydF4JtQLJM5UjJZfYaUp4eq8B5rhw6LApRpOHWWKeEN
            xwrbgIeV92GXiLmWKfZ0p/nu0JfVjBU8eSe0cYOoJCs=
            -----END EC PRIVATE KEY-----
            """;

    private static final String CURVE_3DES = """
            -----BEGIN EC PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: DES-EDE3-CBC,D45E3FD3D7725EDA

            p6CCgyltnPGYCtvFMmei1vf/Vqe1n5mrtDwHArSOan7padMrkqmTnpvNtVDSLUme
            YOMMVzGXr7Sug1XsnaplcbtMQ2ClXpWNFW2GJuSn0Y8Xy3lCmBp/9jCcDpjtOnuh
            Te2aAU5+7SqmBf/rx1YqLMiXM9XYUwZFq469AYx7vok=
            -----END EC PRIVATE KEY-----
            """;

    private static final String ENCRYPTED = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhVCCaSOFxD6AICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEECipQcqzwkjK9qj7ePl9LlUEgZDV
            PKK485zSMwYCmqn6OCV/brH94vHbZWEpkbCk9zBxpmaSHqnZFfo/OowZAhYl5Y7W
            wu6ISdvg6i/jv90tAdszYfq8sNxzR5fZyT5cEH3RWLIeESUoKDPRK2ccXuA7bshs
            MAqHAIt2AKJBCrfqZOG3ZiOeWG6V60BSP+KAMtuZ/ZzpVurM60yAkVOeZgISVFs=
            -----END ENCRYPTED PRIVATE KEY-----
            """;

    @TempDir
    Path directory;

    private PrivateKey read(String text, String password) throws GeneralSecurityException, IOException {
        return ClientKey.read(Files.writeString(directory.resolve("key"), text), password);
    }

    @ParameterizedTest
    @ValueSource(strings = {PLAIN, CURVE, CURVE_AES, CURVE_3DES, ENCRYPTED})
    void theSameKeyIsReadFromEveryForm(String text) throws Exception {
        assertThat(((ECPrivateKey) read(text, PASSWORD)).getS()).isEqualTo(((ECPrivateKey) read(PLAIN, null)).getS());
    }

    @ParameterizedTest
    @ValueSource(strings = {CURVE_AES, CURVE_3DES, ENCRYPTED})
    void withoutItsPasswordItIsNotRead(String text) {
        assertThatThrownBy(() -> read(text, "another")).isInstanceOf(BadPaddingException.class);
        assertThatThrownBy(() -> read(text, null)).hasMessageContaining("there is no sslpassword");
    }

    @ParameterizedTest
    @ValueSource(ints = {1024, 2048, 4096})
    void theOlderFormOfAnRsaKeyIsTheInnerPartOfTheNewer(int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        PrivateKey key = generator.generateKeyPair().getPrivate();
        byte[] pkcs8 = key.getEncoded();
        // A sequence, a version of 3 bytes, an algorithm of 15, and octets, whose lengths have 2 bytes each.
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 4 + 3 + 15 + 4, pkcs8.length);

        assertThat(read(pem("RSA PRIVATE KEY", pkcs1), null)).isEqualTo(key);
    }

    @Test
    void anEdwardsCurveIsReadToo() throws Exception {
        PrivateKey key =
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();

        assertThat(read(pem("PRIVATE KEY", key.getEncoded()), null)).isEqualTo(key);
    }

    @Test
    void whatIsNoKeyIsSaid() {
        assertThatThrownBy(() -> read("nothing", null)).hasMessageContaining("no private key in it");
        assertThatThrownBy(() -> read(pem("PRIVATE KEY", new byte[] {1, 2, 3}), null))
                .hasMessageContaining("no key of a kind");
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + kind
                + "-----\n";
    }
}
