package dev.lockstep.realm;

import dev.lockstep.realm.RealmUrl.Correction;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.PercentEncoding;
import java.net.IDN;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The rules for a realm URL that a person types; see {@link RealmUrl#read}. */
final class RealmUrlReader {
    private static final String RULE = "a realm URL is http://HOST[:PORT]/[PATH/] or https://...";

    private final String typed;
    private final Set<Correction> corrections = EnumSet.noneOf(Correction.class);

    RealmUrlReader(String typed) {
        this.typed = typed;
    }

    RealmUrl.Reading read() {
        if (typed.isEmpty()) {
            throw LockstepException.usage("a realm URL cannot be empty", RULE);
        }
        int authority = authority();
        int slash = typed.indexOf('/', authority);
        int end = slash < 0 ? typed.length() : slash;
        int at = typed.lastIndexOf('@', end - 1);
        if (at >= authority) {
            throw wrong("a user or a password in it", "replicas know a realm by its address alone; " + RULE);
        }
        checkCharacters();
        String head = head(authority, end);
        String path = path(slash < 0 ? "" : typed.substring(slash));
        RealmUrl url = new RealmUrl(head + path);
        FileChange.wildcard(url);
        return new RealmUrl.Reading(url, Set.copyOf(corrections));
    }

    /** Where host and port begin. */
    private int authority() {
        for (String scheme : new String[] {"http://", "https://"}) {
            if (typed.regionMatches(true, 0, scheme, 0, scheme.length())) {
                return scheme.length();
            }
        }
        throw wrong("it does not begin with http:// or https://", RULE);
    }

    private void checkCharacters() {
        for (int i = 0; i < typed.length(); i += Character.charCount(typed.codePointAt(i))) {
            int c = typed.codePointAt(i);
            if (c == ' ') {
                throw wrong("a space" + position(i), "write %20");
            }
            if (Character.isISOControl(c) || Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                throw wrong("U+%04X".formatted(c) + position(i), null);
            }
            if (c <= Character.MAX_VALUE && Character.isSurrogate((char) c)) {
                throw wrong("half of a surrogate pair" + position(i), null);
            }
            if (c == '?' || c == '#' || c == '\\') {
                throw wrong("'" + Character.toString(c) + "'" + position(i), RULE);
            }
        }
    }

    /** Scheme, host and port, which must be in the form to which a URL parser would bring them. */
    private String head(int authority, int end) {
        int colon = typed.lastIndexOf(':', end - 1);
        boolean hasPort = colon >= authority && typed.indexOf(']', colon) < 0;
        String scheme = typed.substring(0, authority).toLowerCase(Locale.ROOT);
        String host = host(typed.substring(authority, hasPort ? colon : end));
        String port = hasPort ? port(typed.substring(colon + 1, end)) : "";
        boolean isDefault = port.equals(scheme.equals("http://") ? "80" : "443");
        String head = scheme + host + (port.isEmpty() || isDefault ? "" : ":" + port);
        if (!typed.startsWith(head) || head.length() != end) {
            throw wrong(
                    "replicas know it by another form of its host or port",
                    "write " + head + (end == typed.length() ? "/" : typed.substring(end)));
        }
        return head;
    }

    private String host(String host) {
        if (host.isEmpty()) {
            throw wrong("it has no host", RULE);
        }
        if (host.startsWith("[")) {
            checkHost(host.substring(1).replaceFirst("]$", ""), "0123456789abcdefABCDEF:.");
            if (!host.endsWith("]") || host.length() < 4) {
                throw wrong("its host is not an IPv6 address in brackets", null);
            }
            return host.toLowerCase(Locale.ROOT);
        }
        String ascii = host;
        for (int i = 0; i < host.length(); i++) {
            if (host.charAt(i) > '~') {
                ascii = toAscii(host);
                break;
            }
        }
        checkHost(ascii, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");
        return ascii.toLowerCase(Locale.ROOT);
    }

    private String toAscii(String host) {
        try {
            return IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
        } catch (IllegalArgumentException e) {
            throw wrong("its host is not a domain name", null);
        }
    }

    private void checkHost(String host, String allowed) {
        for (int i = 0; i < host.length(); i++) {
            if (allowed.indexOf(host.charAt(i)) < 0) {
                throw wrong("'" + host.charAt(i) + "' in its host", RULE);
            }
        }
    }

    private String port(String port) {
        int number = -1;
        try {
            number = Integer.parseInt(port);
        } catch (NumberFormatException e) {
            // One message for all that is no port.
        }
        if (number < 0 || number > 65_535 || port.startsWith("+")) {
            throw wrong("its port is not a number from 0 to 65535", null);
        }
        return Integer.toString(number);
    }

    private String path(String raw) {
        String path = raw.indexOf('%') < 0 ? raw : decoded(raw);
        if (!path.equals(raw)) {
            corrections.add(Correction.PERCENT_DECODED);
        }
        if (!path.endsWith("/")) {
            corrections.add(Correction.SLASH_ADDED);
            path += "/";
        }
        int end = path.indexOf("/:");
        if (end >= 0) {
            throw wrong("'/:' in its path", "a payload's URL ends at the first '/:'; name the realm without it");
        }
        for (String segment : path.split("/", -1)) {
            String dots = segment.replace("%2e", ".").replace("%2E", ".");
            if (dots.equals(".") || dots.equals("..")) {
                throw wrong("'" + dots + "' in its path", "name the realm by its own path");
            }
        }
        return path;
    }

    private String decoded(String raw) {
        try {
            String path = PercentEncoding.decodeUri(raw);
            for (int i = 0; i < path.length(); i++) {
                if (Character.isISOControl(path.charAt(i))) {
                    throw wrong("an escaped control character in its path", null);
                }
            }
            return path;
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage(), "a percent escape is %XX, and together they are UTF-8");
        }
    }

    private static String position(int index) {
        return " at character " + (index + 1);
    }

    private LockstepException wrong(String what, String hint) {
        return LockstepException.usage("bad realm URL " + shown() + ": " + what, hint);
    }

    /** What was typed, without a password. */
    private String shown() {
        int at = typed.lastIndexOf('@');
        int slashes = typed.indexOf("//");
        return at < 0
                ? "'" + typed + "'"
                : "'" + typed.substring(0, Math.max(0, Math.min(slashes + 2, at))) + "***" + typed.substring(at) + "'";
    }
}
