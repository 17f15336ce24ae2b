package dev.lockstep.db.libpq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.db.DbRemedy;
import dev.lockstep.db.libpq.ConnectionString.Exposure;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.PercentEncoding;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The expectations of libpq's own forms are what libpq's PQconninfoParse says. */
class ConnectionStringTest {
    private final List<String> warnings = new ArrayList<>();

    private String parsed(String text) {
        Map<String, String> named = new TreeMap<>();
        new ConnectionString(text, "LOCKSTEP_PG", Exposure.PRIVATE)
                .parse(warnings)
                .forEach((parameter, value) -> named.put(parameter.keyword(), value));
        return named.toString();
    }

    private LockstepException refused(String text, Exposure exposure) {
        return catchThrowableOfType(
                LockstepException.class, () -> new ConnectionString(text, "--pg", exposure).parse(new ArrayList<>()));
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", textBlock = """
            postgresql:// -> {}
            postgres:///app -> {dbname=app}
            postgresql://db9 -> {host=db9}
            postgresql://db9:6543/app -> {dbname=app, host=db9, port=6543}
            postgresql://bob@/app?host=db9 -> {dbname=app, host=db9, user=bob}
            postgresql://bob:p%40%2F%3A%25@db9/app -> {dbname=app, host=db9, password=p@/:%, user=bob}
            postgresql://:pw@db9 -> {host=db9, password=pw}
            postgresql://a:1,b:2,[::1]:3/app -> {dbname=app, host=a,b,::1, port=1,2,3}
            postgresql://a,b:2/app -> {dbname=app, host=a,b, port=,2}
            postgresql://[2001:db8::7]/app -> {dbname=app, host=2001:db8::7}
            postgresql://%2Ftmp/app -> {dbname=app, host=/tmp}
            postgresql://db9/a%20b/c -> {dbname=a b/c, host=db9}
            postgresql://db9/app?sslmode=require&connect_timeout=3 -> {connect_timeout=3, dbname=app, host=db9, sslmode=require}
            postgresql://db9?application_name=a%20b+c -> {application_name=a b+c, host=db9}
            postgresql://db9/app?ssl=true -> {dbname=app, host=db9, sslmode=require}
            postgresql://db9?us%65r=bob& -> {host=db9, user=bob}
            postgresql://db9/%C3%A9t%C3%A9 -> {dbname=été, host=db9}
            """)
    void aUriIsReadAsLibpqReadsIt(String uri, String parameters) {
        assertThat(parsed(uri)).isEqualTo(parameters);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", quoteCharacter = '"', textBlock = """
            host=db9 port=6543 -> {host=db9, port=6543}
            host = db9   dbname= app -> {dbname=app, host=db9}
            service=prod -> {service=prod}
            dbname='a b' user='o\\'hara' -> {dbname=a b, user=o'hara}
            dbname=a\\ b user=back\\\\slash -> {dbname=a b, user=back\\slash}
            host='a'port=1 -> {host=a, port=1}
            user=a user=b -> {user=b}
            host='' dbname=app -> {dbname=app, host=}
            options='-c search_path=a,b' -> {options=-c search_path=a,b}
            user=it's -> {user=it's}
            """)
    void keywordsAndValuesAreReadAsLibpqReadsThem(String conninfo, String parameters) {
        assertThat(parsed(conninfo)).isEqualTo(parameters);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", textBlock = """
            jdbc:postgresql: -> {}
            jdbc:postgresql:/ -> {}
            jdbc:postgresql:app -> {dbname=app}
            jdbc:postgresql:///app -> {dbname=app}
            jdbc:postgresql://db9 -> {host=db9, port=}
            jdbc:postgresql://db9/ -> {host=db9, port=}
            jdbc:postgresql://db9:6543/a%20b+c -> {dbname=a b c, host=db9, port=6543}
            jdbc:postgresql://a:1,b,[::1]:3/app -> {dbname=app, host=a,b,::1, port=1,,3}
            jdbc:postgresql://db9/app?user=bob&ssl -> {dbname=app, host=db9, port=, sslmode=verify-full, user=bob}
            jdbc:postgresql://db9/?ssl=true&sslmode=require -> {host=db9, port=, sslmode=require}
            jdbc:postgresql:app?ssl=false -> {dbname=app}
            jdbc:postgresql:app?ApplicationName=x+y&connectTimeout=3 -> {application_name=x y, connect_timeout=3, dbname=app}
            jdbc:postgresql:app?currentSchema=a,b&options=-c%20geqo=off -> {dbname=app, options=-c search_path=a,b -c geqo=off}
            jdbc:postgresql:app?currentSchema=a%20b -> {dbname=app, options=-c search_path=a\\ b}
            jdbc:postgresql:app?targetServerType=master -> {dbname=app, target_session_attrs=read-write}
            jdbc:postgresql:app?targetServerType=preferSecondary -> {dbname=app, target_session_attrs=prefer-standby}
            jdbc:postgresql:app?tcpKeepAlive=false&loadBalanceHosts=true -> {dbname=app, keepalives=0, load_balance_hosts=random}
            jdbc:postgresql:?PGHOST=db9&PGPORT=1&PGDBNAME=app -> {dbname=app, host=db9, port=1}
            """)
    void theDriversUrlSaysTheSameInItsOwnWords(String url, String parameters) {
        assertThat(parsed(url)).isEqualTo(parameters.replace("\\\\", "\\"));
    }

    @Test
    void whatTunesTheApplicationsDriverIsLeftOutAndSaid() {
        assertThat(parsed("jdbc:postgresql:app?reWriteBatchedInserts=true&prepareThreshold=0"))
                .isEqualTo("{dbname=app}");
        assertThat(warnings).hasSize(2).first().asString().contains("reWriteBatchedInserts", "LOCKSTEP_PG");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", quoteCharacter = '"', textBlock = """
            postgresql://db9/app?aplication_name=x -> unknown parameter 'aplication_name' -> did you mean application_name?
            postgresql://db9/app?sslMode=require -> unknown parameter 'sslMode' -> did you mean sslmode?
            host=db9 dbnme=app -> unknown parameter 'dbnme' -> did you mean dbname?
            jdbc:postgresql:app?pasword=x -> unknown parameter 'pasword' -> did you mean password?
            jdbc:postgresql:app?socketFactory=x -> 'socketFactory' is not allowed -> which code runs
            jdbc:postgresql:app?preferQueryMode=simple -> 'preferQueryMode' is not allowed -> which code runs
            jdbc:postgresql:app?loggerFile=x.log -> 'loggerFile' is not allowed -> which code runs
            postgresql://db9/app?sslfactory=x -> 'sslfactory' is not allowed -> which code runs
            host=db9 allowLoadLocalInfile=true -> 'allowLoadLocalInfile' is not allowed -> which code runs
            jdbc:postgresql:app?targetServerType=preferPrimary -> targetServerType may be -> it takes postgresql://
            jdbc:postgresql://bob@db9/app -> no login before the host -> ?user=
            """)
    void anUnknownOrDangerousParameterIsRefusedByName(String text, String what, String hint) {
        LockstepException trouble = refused(text, Exposure.PUBLIC);

        assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.USAGE);
        assertThat(trouble).hasMessageStartingWith("--pg: ").hasMessageContaining(what);
        assertThat(trouble.hint() + trouble.getMessage()).contains(hint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "db9",
                "http://db9/app",
                "jdbc:postgresqlx://db9/app?user=bob",
                "mysql://db9/app?user=bob",
                "postgresql:db9",
                "postgresql://[::1/app",
                "postgresql://[]/app",
                "postgresql://[::1]x/app",
                "postgresql://db9/app?sslmode",
                "postgresql://db9/app?sslmode=a=b",
                "postgresql://db9/app?&",
                "postgresql://db%9/app",
                "postgresql://db%zz/app",
                "postgresql://db9/a%00b",
                "postgresql://db9/bob@app",
                "host=db9 app",
                "host=db9 dbname='app",
                "=db9",
                "jdbc:postgresql:a%"
            })
    void whatCannotBeReadIsAUsageErrorThatShowsWhatCan(String text) {
        LockstepException trouble = refused(text, Exposure.PRIVATE);

        assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.USAGE);
        assertThat(trouble.hint()).isNotBlank();
        assertThat(trouble.getMessage().lines()).hasSize(1);
    }

    /** However the string is cut, no part of the password may come back. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://bob:canary@db9/app",
                "postgresql://bob:canary@db9:canary/app",
                "postgresql://bob:can/canary@db9/app",
                "postgresql://bob:can/canary?canary=canary@db9/app",
                "postgresql://bob:canary/x?y@db9",
                "postgresql://bob:%canary@db9/app",
                "postgresql://db9/app?password=x&canary=y",
                "postgresql://db9/app?password=canary",
                "postgresql://db9/app?sslpassword=canary",
                "postgresql://db9/app?password=a=canary",
                "host=db9 password=canary",
                "host=db9 password='canary",
                "host=db9 password=a canary=b",
                "host=db9 password=a canary",
                "jdbc:postgresql://db9/app?user=bob&password=canary",
                "jdbc:postgresql://bob:canary@db9/app",
                "jdbc:postgresql://db9/app?password=%canary",
                "jdbc:postgresqlx://db9/app?password=canary",
                "bob:canary@db9/app",
                "http://bob:canary@db9/app"
            })
    void noErrorShowsAnyPartOfAPassword(String text) {
        LockstepException trouble = refused(text, Exposure.PUBLIC);

        assertThat(trouble).isNotNull();
        assertThat(trouble.getMessage() + trouble.hint() + trouble.getCause()).doesNotContain("canary");
        assertThat(new ConnectionString(text, "--pg", Exposure.PUBLIC)).hasToString("--pg");
    }

    @Test
    void aPasswordIsTakenFromWhereNobodyElseReads() {
        assertThat(parsed("postgresql://bob:pw@db9")).isEqualTo("{host=db9, password=pw, user=bob}");
        assertThat(refused("postgresql://bob:pw@db9", Exposure.PUBLIC))
                .hasMessageContaining("password")
                .extracting(LockstepException::remedy)
                .isEqualTo(Optional.of(DbRemedy.HIDE_THE_PASSWORD.of("PGPASSWORD", "~/.pgpass")));
    }

    @Property
    void aUriSaysWhatWasPutIntoIt(@ForAll("parameters") Map<Parameter, String> parameters) {
        StringBuilder uri = new StringBuilder("postgresql://?");
        parameters.forEach((parameter, value) -> uri.append(parameter.keyword())
                .append('=')
                .append(PercentEncoding.encode(value))
                .append('&'));

        assertThat(read(uri.toString())).isEqualTo(parameters);
    }

    @Property
    void theDriversUrlSaysWhatWasPutIntoIt(@ForAll("parameters") Map<Parameter, String> parameters) {
        StringBuilder url = new StringBuilder("jdbc:postgresql:?");
        parameters.forEach((parameter, value) -> url.append(parameter.keyword())
                .append('=')
                .append(PercentEncoding.encode(value))
                .append('&'));

        assertThat(read(url.toString())).isEqualTo(parameters);
    }

    @Property
    void keywordsAndValuesSayWhatWasPutIntoThem(@ForAll("parameters") Map<Parameter, String> parameters) {
        StringBuilder conninfo = new StringBuilder();
        parameters.forEach((parameter, value) -> conninfo.append(parameter.keyword())
                .append("='")
                .append(value.replace("\\", "\\\\").replace("'", "\\'"))
                .append("' "));

        assertThat(read(conninfo.toString())).isEqualTo(parameters);
    }

    @Property
    void anyTextIsReadOrRefused(@ForAll String text) {
        for (String prefix : List.of("", "postgresql://", "jdbc:postgresql:", "host=", "postgresql://u:p@h/d?")) {
            try {
                read(prefix + text);
            } catch (LockstepException e) {
                assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE);
            }
        }
    }

    @Test
    void anEncodedByteThatIsNoHexadecimalNumberIsNoByte() {
        assertThat(PercentEncoding.decode("%4")).isEmpty();
        assertThat(PercentEncoding.decode("%+1")).isEmpty();
        assertThat(PercentEncoding.decode("a%41+")).contains("aA+");
        assertThatThrownBy(() -> parsed("postgresql://%")).isInstanceOf(LockstepException.class);
    }

    private static Map<Parameter, String> read(String text) {
        return new ConnectionString(text, "LOCKSTEP_PG", Exposure.PRIVATE).parse(new ArrayList<>());
    }

    @Provide
    Arbitrary<Map<Parameter, String>> parameters() {
        Arbitrary<Parameter> keys = Arbitraries.of(
                Parameter.HOST,
                Parameter.USER,
                Parameter.PASSWORD,
                Parameter.DBNAME,
                Parameter.APPLICATION_NAME,
                Parameter.SSLROOTCERT);
        Arbitrary<String> values =
                Arbitraries.strings().withChars("ab '\\\"=&?/@:%+,#[]\t\né€").ofMaxLength(8);
        return Arbitraries.maps(keys, values).ofMinSize(1).map(EnumMap::new);
    }
}
