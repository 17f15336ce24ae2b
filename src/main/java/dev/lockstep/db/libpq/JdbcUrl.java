package dev.lockstep.db.libpq;

import dev.lockstep.support.PercentEncoding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The driver's own URL, {@code jdbc:postgresql:[//host[:port],…/]database[?name=value&…]}, put into the words of libpq.
 *
 * <p>An application's URL may be handed over as it is: what only tunes the application's driver is left out with a
 * warning, and what has no meaning is unknown here as everywhere.
 */
public final class JdbcUrl {
    public static final String SCHEME = "jdbc:postgresql:";

    private static final Map<String, String> KEYWORDS = Map.ofEntries(
            Map.entry("PGHOST", "host"),
            Map.entry("PGPORT", "port"),
            Map.entry("PGDBNAME", "dbname"),
            Map.entry("ApplicationName", "application_name"),
            Map.entry("channelBinding", "channel_binding"),
            Map.entry("connectTimeout", "connect_timeout"),
            Map.entry("gssEncMode", "gssencmode"),
            Map.entry("kerberosServerName", "krbsrvname"),
            Map.entry("requireAuth", "require_auth"),
            Map.entry("sslNegotiation", "sslnegotiation"));

    /** These tune a driver for its application, and lockstep has its own way. */
    private static final List<String> TUNING = List.of(
            "adaptiveFetch",
            "adaptiveFetchMaximum",
            "adaptiveFetchMinimum",
            "assumeMinServerVersion",
            "autosave",
            "binaryTransfer",
            "binaryTransferDisable",
            "binaryTransferEnable",
            "cancelSignalTimeout",
            "cleanupSavepoints",
            "databaseMetadataCacheFields",
            "databaseMetadataCacheFieldsMiB",
            "defaultRowFetchSize",
            "disableColumnSanitiser",
            "escapeSyntaxCallMode",
            "groupStartupParameters",
            "hostRecheckSeconds",
            "logServerErrorDetail",
            "logUnclosedConnections",
            "loginTimeout",
            "maxResultBuffer",
            "prepareThreshold",
            "preparedStatementCacheQueries",
            "preparedStatementCacheSizeMiB",
            "reWriteBatchedInserts",
            "receiveBufferSize",
            "sendBufferSize",
            "socketTimeout",
            "tcpNoDelay");

    private final ConnectionString source;
    private final String text;
    private final Map<String, String> named = new LinkedHashMap<>();

    /** @param text what follows the scheme */
    JdbcUrl(ConnectionString source, String text) {
        this.source = source;
        this.text = text;
    }

    Map<String, String> parse(List<String> warnings) {
        int question = text.indexOf('?');
        String server = question < 0 ? text : text.substring(0, question);
        if (server.startsWith("//")) {
            server(server.substring(2));
        } else if (!server.isEmpty() && !server.equals("/")) {
            named.put("dbname", decode(server));
        }
        if (question >= 0) {
            parameters(text.substring(question + 1), warnings);
        }
        return named;
    }

    private void server(String server) {
        int slash = server.indexOf('/');
        String addresses = slash < 0 ? server : server.substring(0, slash);
        if (server.indexOf('@') >= 0) {
            throw source.wrong("the jdbc: form takes no login before the host; give the user as ?user=NAME");
        }
        if (slash >= 0 && slash + 1 < server.length()) {
            named.put("dbname", decode(server.substring(slash + 1)));
        }
        if (!addresses.isEmpty()) {
            addresses(addresses.split(",", -1));
        }
    }

    private void addresses(String[] addresses) {
        StringBuilder hosts = new StringBuilder();
        StringBuilder ports = new StringBuilder();
        String comma = "";
        for (String address : addresses) {
            int colon = address.lastIndexOf(':');
            boolean port = colon > address.lastIndexOf(']');
            String host = port ? address.substring(0, colon) : address;
            boolean literal = host.startsWith("[") && host.endsWith("]");
            hosts.append(comma).append(literal ? host.substring(1, host.length() - 1) : host);
            ports.append(comma).append(port ? address.substring(colon + 1) : "");
            comma = ",";
        }
        named.put("host", hosts.toString());
        named.put("port", ports.toString());
    }

    private void parameters(String parameters, List<String> warnings) {
        for (String parameter : parameters.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = equals < 0 ? "" : decode(parameter.substring(equals + 1));
            if (TUNING.contains(name)) {
                warnings.add(
                        source.origin() + ": " + name + " is for the application's driver; lockstep does not use it");
            } else if (!name.isEmpty()) {
                parameter(name, value);
            }
        }
    }

    private void parameter(String name, String value) {
        switch (name) {
            case "ssl" -> {
                if (value.isEmpty() || value.equals("true")) {
                    named.putIfAbsent("sslmode", "verify-full");
                }
            }
            case "tcpKeepAlive" -> named.put("keepalives", value.equals("true") ? "1" : "0");
            case "loadBalanceHosts" -> named.put("load_balance_hosts", value.equals("true") ? "random" : "disable");
            case "targetServerType" -> named.put("target_session_attrs", sessionAttributes(value));
            case "currentSchema" -> option("search_path", value);
            case "options" -> named.merge("options", value, (before, more) -> before + " " + more);
            default -> named.put(KEYWORDS.getOrDefault(name, name), value);
        }
    }

    /** The driver calls a server primary if it takes writes. */
    private String sessionAttributes(String type) {
        return switch (type) {
            case "any" -> "any";
            case "primary", "master" -> "read-write";
            case "secondary", "slave" -> "read-only";
            case "preferSecondary", "preferSlave" -> "prefer-standby";
            default -> throw source.wrong("targetServerType may be any, primary, secondary or preferSecondary");
        };
    }

    private void option(String setting, String value) {
        String escaped = value.replace("\\", "\\\\").replace(" ", "\\ ");
        named.merge("options", "-c " + setting + "=" + escaped, (before, more) -> before + " " + more);
    }

    private String decode(String encoded) {
        return PercentEncoding.decode(encoded.replace('+', ' '))
                .orElseThrow(() -> source.wrong("a '%' must be followed by two hexadecimal digits, not 00"));
    }
}
