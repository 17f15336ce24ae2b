package dev.lockstep.db.libpq;

import dev.lockstep.db.DbRemedy;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.LockstepException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A connection string of any of the forms that users have: libpq's URI, libpq's {@code keyword=value}, the driver's URL.
 *
 * <p>No error quotes a value, and none quotes a name once a password is near: in a string that was meant differently
 * than it reads, any part may be a piece of the password.
 *
 * @param origin what the user calls it: {@code --pg}, {@code LOCKSTEP_PG}
 */
public record ConnectionString(String text, String origin, Exposure exposure) {
    /** Who else can read the string. */
    public enum Exposure {
        /** Everybody on this machine, as the arguments of a process, or every reader of a shared file. */
        PUBLIC,
        PRIVATE
    }

    static final String FORMS =
            "postgresql://user@host:port/db, 'host=… dbname=…', service=NAME, jdbc:postgresql://host/db or embedded";

    private static final List<String> URI_SCHEMES = List.of("postgresql://", "postgres://");

    /** The driver's properties that would make it load code, write files, or read SQL and certificates another way. */
    private static final List<String> DANGEROUS = List.of(
            "allowEncodingChanges",
            "allowLoadLocalInfile",
            "authenticationPluginClassName",
            "classLoaderStrategy",
            "connectExecutor",
            "connectExecutorArg",
            "jaasApplicationName",
            "jaasLogin",
            "localSocketAddress",
            "loggerFile",
            "loggerLevel",
            "preferQueryMode",
            "protocolVersion",
            "socketFactory",
            "socketFactoryArg",
            "sslfactory",
            "sslfactoryarg",
            "sslhostnameverifier",
            "sslpasswordcallback",
            "sspiServiceClass",
            "stringtype",
            "xmlFactoryFactory");

    /** Raises what is wrong with the string; nothing of the string itself is in the message. */
    LockstepException wrong(String what) {
        return LockstepException.usage(origin + ": " + what, "it takes " + FORMS);
    }

    /**
     * @param warnings takes what the user should know and that stops nothing
     * @throws LockstepException usage: it cannot be read, has an unknown or forbidden parameter, or shows a password to others
     */
    Map<Parameter, String> parse(List<String> warnings) {
        Map<String, String> named = named(warnings);
        refusePassword(named);
        Map<Parameter, String> parameters = new EnumMap<>(Parameter.class);
        for (Map.Entry<String, String> entry : named.entrySet()) {
            Parameter parameter = Parameter.of(entry.getKey());
            if (parameter == null) {
                throw unknown(entry.getKey(), named);
            }
            parameters.put(parameter, entry.getValue());
        }
        return parameters;
    }

    private Map<String, String> named(List<String> warnings) {
        for (String scheme : URI_SCHEMES) {
            if (text.startsWith(scheme)) {
                return new ConnectionUri(this, text.substring(scheme.length())).parse();
            }
        }
        if (text.startsWith(JdbcUrl.SCHEME)) {
            return new JdbcUrl(this, text.substring(JdbcUrl.SCHEME.length())).parse(warnings);
        }
        int equals = text.indexOf('=');
        int colon = text.indexOf(':');
        if (equals < 0 || (colon >= 0 && colon < equals)) {
            throw wrong(text.isBlank() ? "it is empty" : "not a PostgreSQL URL");
        }
        return conninfo();
    }

    private void refusePassword(Map<String, String> named) {
        if (exposure == Exposure.PUBLIC && hasPassword(named)) {
            throw LockstepException.usage(origin + ": a password must not stand here, where others can read it", null)
                    .advising(DbRemedy.HIDE_THE_PASSWORD.of("PGPASSWORD", "~/.pgpass"));
        }
    }

    private static boolean hasPassword(Map<String, String> named) {
        return named.containsKey(Parameter.PASSWORD.keyword()) || named.containsKey(Parameter.SSLPASSWORD.keyword());
    }

    private LockstepException unknown(String name, Map<String, String> named) {
        boolean strayLogin = text.indexOf('@') >= 0 && !named.containsKey(Parameter.USER.keyword());
        String shown = hasPassword(named) || strayLogin || !isWord(name) ? "" : " '" + name + "'";
        if (DANGEROUS.stream().anyMatch(name::equalsIgnoreCase)) {
            return LockstepException.usage(
                    origin + ": the parameter" + shown + " is not allowed",
                    "it would change which code runs, or how SQL is read");
        }
        return LockstepException.usage(
                origin + ": unknown parameter" + shown,
                DidYouMean.to(name, Parameter.keywords())
                        .map(near -> "did you mean " + near + "?")
                        .orElse("the parameters are those of psql: sslmode, connect_timeout, application_name, …"));
    }

    private static boolean isWord(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) != '_' && !Character.isLetterOrDigit(name.charAt(i))) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /** libpq's {@code conninfo_parse}: blanks separate, single quotes hold blanks, a backslash takes the next character. */
    private Map<String, String> conninfo() {
        Map<String, String> named = new LinkedHashMap<>();
        int at = skipBlanks(0);
        while (at < text.length()) {
            int nameEnd = at;
            while (nameEnd < text.length() && text.charAt(nameEnd) != '=' && !blank(nameEnd)) {
                nameEnd++;
            }
            int equals = skipBlanks(nameEnd);
            if (equals == text.length() || text.charAt(equals) != '=') {
                throw wrong("a word without '='");
            }
            StringBuilder value = new StringBuilder();
            int end = value(skipBlanks(equals + 1), value);
            named.put(text.substring(at, nameEnd), value.toString());
            at = skipBlanks(end);
        }
        return named;
    }

    /** Appends the value that begins here, and returns where the rest begins. */
    private int value(int start, StringBuilder value) {
        boolean quoted = start < text.length() && text.charAt(start) == '\'';
        for (int i = quoted ? start + 1 : start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
                if (i < text.length()) {
                    value.append(text.charAt(i));
                }
            } else if (quoted && c == '\'') {
                return i + 1;
            } else if (!quoted && blank(i)) {
                return i;
            } else {
                value.append(c);
            }
        }
        if (quoted) {
            throw wrong("a quote that is not closed");
        }
        return text.length();
    }

    private int skipBlanks(int from) {
        int at = from;
        while (at < text.length() && blank(at)) {
            at++;
        }
        return at;
    }

    /** What C's isspace() says. */
    private boolean blank(int at) {
        char c = text.charAt(at);
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    /** The record's own form would show the text. */
    @Override
    public String toString() {
        return origin;
    }
}
