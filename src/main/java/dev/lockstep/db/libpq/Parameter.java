package dev.lockstep.db.libpq;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The parameters of libpq (PostgreSQL 18, "Parameter Key Words"): keyword, environment variable, the pgjdbc property
 * that means the same, and the values taken. What lockstep cannot do is taken only with the value that changes nothing.
 */
public enum Parameter {
    SERVICE("service", "PGSERVICE"),
    SERVICEFILE("servicefile", "PGSERVICEFILE"),
    HOST("host", "PGHOST"),
    HOSTADDR("hostaddr", "PGHOSTADDR"),
    PORT("port", "PGPORT"),
    DBNAME("dbname", "PGDATABASE"),
    USER("user", "PGUSER"),
    PASSWORD("password", "PGPASSWORD"),
    PASSFILE("passfile", "PGPASSFILE"),
    APPLICATION_NAME("application_name", "PGAPPNAME"),
    FALLBACK_APPLICATION_NAME("fallback_application_name", null),
    OPTIONS("options", "PGOPTIONS"),
    /** Of no effect: text is Unicode here, and the server converts. */
    CLIENT_ENCODING("client_encoding", "PGCLIENTENCODING"),
    CONNECT_TIMEOUT("connect_timeout", "PGCONNECT_TIMEOUT"),
    TARGET_SESSION_ATTRS(
            "target_session_attrs",
            "PGTARGETSESSIONATTRS",
            null,
            "any, read-write, read-only, primary, standby, prefer-standby"),
    LOAD_BALANCE_HOSTS("load_balance_hosts", "PGLOADBALANCEHOSTS", null, "disable, random"),
    REPLICATION("replication", null, null, "false, off, no, 0"),

    KEEPALIVES("keepalives", null, null, "1, 0"),
    KEEPALIVES_IDLE("keepalives_idle", null),
    KEEPALIVES_INTERVAL("keepalives_interval", null),
    KEEPALIVES_COUNT("keepalives_count", null),
    /** For the server's side; a socket of Java's has no such option. */
    TCP_USER_TIMEOUT("tcp_user_timeout", null),

    SSLMODE("sslmode", "PGSSLMODE", null, "disable, allow, prefer, require, verify-ca, verify-full"),
    REQUIRESSL("requiressl", "PGREQUIRESSL", null, "0, 1"),
    SSLNEGOTIATION("sslnegotiation", "PGSSLNEGOTIATION", "sslNegotiation", "postgres, direct"),
    SSLROOTCERT("sslrootcert", "PGSSLROOTCERT"),
    SSLCERT("sslcert", "PGSSLCERT"),
    SSLKEY("sslkey", "PGSSLKEY"),
    /** libpq knows no variable for it; a password in an argument is seen by everybody. */
    SSLPASSWORD("sslpassword", "PGSSLPASSWORD"),
    SSLCERTMODE("sslcertmode", "PGSSLCERTMODE", null, "disable, allow"),
    SSLCRL("sslcrl", "PGSSLCRL", null, ""),
    SSLCRLDIR("sslcrldir", "PGSSLCRLDIR", null, ""),
    SSLSNI("sslsni", "PGSSLSNI", null, "0, 1"),
    SSLCOMPRESSION("sslcompression", "PGSSLCOMPRESSION", null, "0"),
    SSL_MIN_PROTOCOL_VERSION(
            "ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION", null, "TLSv1, TLSv1.1, TLSv1.2, TLSv1.3"),
    SSL_MAX_PROTOCOL_VERSION(
            "ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", null, "TLSv1, TLSv1.1, TLSv1.2, TLSv1.3"),
    MIN_PROTOCOL_VERSION("min_protocol_version", "PGMINPROTOCOLVERSION", null, "3.0"),
    MAX_PROTOCOL_VERSION("max_protocol_version", "PGMAXPROTOCOLVERSION", null, "3.0, 3.2, latest"),

    CHANNEL_BINDING("channel_binding", "PGCHANNELBINDING", "channelBinding", "disable, prefer, require"),
    REQUIRE_AUTH("require_auth", "PGREQUIREAUTH", "requireAuth", null),
    REQUIREPEER("requirepeer", "PGREQUIREPEER"),
    GSSENCMODE("gssencmode", "PGGSSENCMODE", "gssEncMode", "disable, prefer, require"),
    GSSLIB("gsslib", "PGGSSLIB", "gsslib", "gssapi"),
    GSSDELEGATION("gssdelegation", "PGGSSDELEGATION", null, "0"),
    KRBSRVNAME("krbsrvname", "PGKRBSRVNAME", "kerberosServerName", null);

    private static final List<Parameter> ALL = List.of(values());

    /** The server's names of encodings, without what it does not look at: case and punctuation. */
    private static final Pattern ENCODING =
            Pattern.compile("auto|sqlascii|utf8|unicode|muleinternal|(iso8859|latin)\\d{1,2}"
                    + "|(win|windows)\\d*|koi8[ru]?|euc(cn|jp|kr|tw|jis2004)|sjis|shiftjis(2004)?|mskanji|big5|gbk|gb18030|uhc"
                    + "|johab|alt|abc|tcvn(5712)?|vscii");

    private final String keyword;
    private final String variable;
    private final String driverProperty;
    private final String allowed;

    Parameter(String keyword, String variable) {
        this(keyword, variable, null, null);
    }

    Parameter(String keyword, String variable, String driverProperty, String allowed) {
        this.keyword = keyword;
        this.variable = variable;
        this.driverProperty = driverProperty;
        this.allowed = allowed;
    }

    /** The parameter of that keyword, or null. */
    static Parameter of(String keyword) {
        for (Parameter parameter : ALL) {
            if (parameter.keyword.equals(keyword)) {
                return parameter;
            }
        }
        return null;
    }

    static List<String> keywords() {
        return ALL.stream().map(Parameter::keyword).toList();
    }

    String keyword() {
        return keyword;
    }

    /** The environment variable that libpq reads, or null. */
    String variable() {
        return variable;
    }

    /** The property of the driver that takes the value as it is, or null. */
    public String driverProperty() {
        return driverProperty;
    }

    boolean secret() {
        return this == PASSWORD || this == SSLPASSWORD;
    }

    /** Whether setting it in the environment says where to connect, or as whom. */
    boolean locates() {
        return switch (this) {
            case SERVICE, HOST, HOSTADDR, PORT, DBNAME, USER, PASSWORD -> true;
            default -> false;
        };
    }

    boolean allows(String value) {
        if (this == CLIENT_ENCODING) {
            return ENCODING.matcher(value.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", ""))
                    .matches();
        }
        return allowed == null || List.of(allowed.split(", ", -1)).contains(value);
    }

    /** What a value has to be, to follow the parameter's name. */
    String rule() {
        if (this == CLIENT_ENCODING) {
            return "is no encoding that PostgreSQL knows";
        }
        return allowed.isEmpty() ? "cannot be set: lockstep does not do it" : "may only be " + allowed;
    }
}
