package dev.lockstep.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServerAddressTest {
    private static final ServerAddress DEFAULTS = new ServerAddress("localhost", 5432, "postgres", "root", "");

    @Test
    void bothKindsOfUrlMeanTheSame() {
        ServerAddress expected = new ServerAddress("db.example", 6543, "app", "me", "p@ss+word");

        assertThat(ServerAddress.parse("postgresql://me:p%40ss+word@db.example:6543/app", DEFAULTS))
                .isEqualTo(expected);
        assertThat(ServerAddress.parse("jdbc:mariadb://db.example:6543/app?user=me&password=p%40ss+word", DEFAULTS))
                .isEqualTo(expected);
        assertThat(ServerAddress.parse(expected.url("mariadb"), DEFAULTS)).isEqualTo(expected);
    }

    @Test
    void whatIsLeftOutIsTheDefault() {
        assertThat(ServerAddress.parse("postgresql://db.example", DEFAULTS))
                .isEqualTo(new ServerAddress("db.example", 5432, "postgres", "root", ""));
    }
}
