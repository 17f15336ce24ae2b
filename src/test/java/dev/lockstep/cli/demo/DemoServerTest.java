package dev.lockstep.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a server is described is kept, but for its database. */
class DemoServerTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "postgresql://bob@db9:5433/app postgresql://bob@db9:5433/own",
                "postgres://bob@db9 postgres://bob@db9/own",
                "postgresql://db9,db10:5433/app?sslmode=require postgresql://db9,db10:5433/own?sslmode=require",
                "postgresql:///app?host=/run/pg postgresql:///own?host=/run/pg",
                "postgresql://db9/?dbname=app&sslmode=require postgresql://db9/own?sslmode=require",
                "postgresql://db9/?sslmode=require&dbname=app postgresql://db9/own?sslmode=require",
                "jdbc:postgresql://db9/app?user=bob jdbc:postgresql://db9/own?user=bob",
                "jdbc:postgresql:app jdbc:postgresql:own",
                "service=app 'service=app dbname=own'",
            })
    void theDatabaseIsAnother(String given, String meant) {
        assertThat(DemoServer.inDatabase(given, "own")).isEqualTo(meant);
    }
}
