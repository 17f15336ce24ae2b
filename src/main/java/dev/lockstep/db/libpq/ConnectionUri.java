package dev.lockstep.db.libpq;

import dev.lockstep.support.PercentEncoding;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * libpq's connection URI, read as libpq's {@code conninfo_uri_parse_options} does:
 * {@code [user[:password]@][host[:port],…][/dbname][?name=value&…]}, each part percent-encoded.
 */
public final class ConnectionUri {
    private final ConnectionString source;
    private final String text;
    private final Map<String, String> named = new LinkedHashMap<>();

    /** @param text what follows the scheme */
    public ConnectionUri(ConnectionString source, String text) {
        this.source = source;
        this.text = text;
    }

    public Map<String, String> parse() {
        int at = hosts(login());
        if (at < text.length() && text.charAt(at) == '/') {
            int end = until("?", at + 1);
            String database = text.substring(at + 1, end);
            if (database.indexOf('@') >= 0) {
                throw source.wrong("an '@' behind the '/': in a login or a name, '/' is %2F and '@' is %40");
            }
            putUnlessEmpty("dbname", database);
            at = end;
        }
        if (at < text.length()) {
            parameters(at + 1);
        }
        return named;
    }

    /** Where the hosts begin. */
    private int login() {
        int at = until("@/", 0);
        if (at == text.length() || text.charAt(at) != '@') {
            return 0;
        }
        int colon = until(":@", 0);
        putUnlessEmpty("user", text.substring(0, colon));
        if (colon < at) {
            putUnlessEmpty("password", text.substring(colon + 1, at));
        }
        return at + 1;
    }

    /** Where the database or the parameters begin. */
    private int hosts(int start) {
        StringBuilder hosts = new StringBuilder();
        StringBuilder ports = new StringBuilder();
        int at = start;
        while (true) {
            boolean literal = at < text.length() && text.charAt(at) == '[';
            int end = literal ? afterLiteral(at) : until(":/?,", at);
            hosts.append(literal ? text.substring(at + 1, end - 1) : text.substring(at, end));
            at = end;
            if (at < text.length() && text.charAt(at) == ':') {
                end = until("/?,", at);
                ports.append(text, at + 1, end);
                at = end;
            }
            if (at == text.length() || text.charAt(at) != ',') {
                break;
            }
            hosts.append(',');
            ports.append(',');
            at++;
        }
        putUnlessEmpty("host", hosts.toString());
        putUnlessEmpty("port", ports.toString());
        return at;
    }

    private int afterLiteral(int open) {
        int close = text.indexOf(']', open);
        if (close < 0) {
            throw source.wrong("an IPv6 address without ']'");
        }
        if (close == open + 1) {
            throw source.wrong("an empty IPv6 address");
        }
        if (close + 1 < text.length() && ":/?,".indexOf(text.charAt(close + 1)) < 0) {
            throw source.wrong("more text behind an IPv6 address");
        }
        return close + 1;
    }

    private void parameters(int start) {
        for (int at = start; at < text.length(); ) {
            int end = until("&", at);
            String parameter = text.substring(at, end);
            int equals = parameter.indexOf('=');
            if (equals < 0) {
                throw source.wrong("a parameter without '='");
            }
            if (parameter.indexOf('=', equals + 1) >= 0) {
                throw source.wrong("a parameter with a second '=', which would have to be %3D");
            }
            parameter(decode(parameter.substring(0, equals)), decode(parameter.substring(equals + 1)));
            at = end + 1;
        }
    }

    private void parameter(String name, String value) {
        if (name.equals("ssl") && value.equals("true")) {
            named.put("sslmode", "require");
        } else {
            named.put(name, value);
        }
    }

    private void putUnlessEmpty(String name, String encoded) {
        if (!encoded.isEmpty()) {
            named.put(name, decode(encoded));
        }
    }

    private String decode(String encoded) {
        return PercentEncoding.decode(encoded)
                .orElseThrow(() -> source.wrong("a '%' must be followed by two hexadecimal digits, not 00"));
    }

    /** The first of these characters from here on, or the end. */
    private int until(String stops, int from) {
        int at = from;
        while (at < text.length() && stops.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return at;
    }
}
