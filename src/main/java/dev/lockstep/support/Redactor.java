package dev.lockstep.support;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Takes passwords out of text that a person, a log or a program will read: those that it has been told, and whatever
 * stands where connection strings keep one ({@code password=…}, {@code //user:…@}). Drivers put both in their messages.
 *
 * <p>An {@link Environment} has one, which learns each password that is found there: two callers in one JVM know nothing
 * of each other's. Any thread may use it.
 */
public final class Redactor {
    static final String MASK = "***";

    /** A shorter one would black out words of every message, and guards nothing. */
    private static final int SHORTEST = 3;

    /** A shorter one ("app") counts only as a word of its own: it may well be part of others. */
    private static final int SAFE_INSIDE_WORDS = 8;

    private static final String KEY = "password";

    private final List<String> secrets = new CopyOnWriteArrayList<>();

    /** From now on this text, and its form in a URL, is taken out of everything. */
    public void register(Secret secret) {
        String text = secret.reveal();
        if (text.length() >= SHORTEST) {
            remember(text);
            remember(PercentEncoding.encode(text));
        }
    }

    private synchronized void remember(String secret) {
        if (!secrets.contains(secret)) {
            secrets.add(secret);
            // The longest first: of one that begins with another, the rest would be left.
            secrets.sort(Comparator.comparingInt(String::length).reversed());
        }
    }

    /** A message without any password, nor what looks like one; null stays null. */
    public String redact(String text) {
        return text == null ? null : withoutLikely(withoutKnown(text));
    }

    /** A message without what looks like a password, whoever's it is; null stays null. */
    static String withoutLikely(String text) {
        return text == null ? null : withoutLogins(withoutAssignments(text));
    }

    /** Data without the passwords that are known; what only looks like one is the data's own and stays. */
    public String withoutKnown(String text) {
        String redacted = text;
        for (String secret : secrets) {
            redacted = without(secret, redacted);
        }
        return redacted;
    }

    private static String without(String secret, String text) {
        int found = text.indexOf(secret);
        if (found < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        int done = 0;
        for (; found >= 0; found = text.indexOf(secret, Math.max(done, found + 1))) {
            int end = found + secret.length();
            if (secret.length() >= SAFE_INSIDE_WORDS || !insideWord(text, found, end)) {
                out.append(text, done, found).append(MASK);
                done = end;
            }
        }
        return out.append(text, done, text.length()).toString();
    }

    private static boolean insideWord(String text, int start, int end) {
        return (start > 0 && Character.isLetterOrDigit(text.charAt(start - 1)))
                || (end < text.length() && Character.isLetterOrDigit(text.charAt(end)));
    }

    /** Every {@code password=value}, also as the end of a longer name; a value may stand in single quotes. */
    private static String withoutAssignments(String text) {
        if (!text.toLowerCase(Locale.ROOT).contains(KEY)) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        int done = 0;
        for (int i = 0; i + KEY.length() <= text.length(); i++) {
            if (text.regionMatches(true, i, KEY, 0, KEY.length())) {
                int start = afterEquals(text, i + KEY.length());
                if (start >= 0 && start >= done) {
                    out.append(text, done, start).append(MASK);
                    done = endOfValue(text, start);
                    i = done - 1;
                }
            }
        }
        return out.append(text, done, text.length()).toString();
    }

    /** Where the value begins: behind {@code =} and the blanks around it; -1 if no {@code =} follows. */
    private static int afterEquals(String text, int from) {
        int at = skipBlanks(text, from);
        return at < text.length() && text.charAt(at) == '=' ? skipBlanks(text, at + 1) : -1;
    }

    private static int skipBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        return at;
    }

    private static int endOfValue(String text, int start) {
        boolean quoted = start < text.length() && text.charAt(start) == '\'';
        for (int i = quoted ? start + 1 : start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (quoted ? c == '\'' : c == '&' || c == '"' || Character.isWhitespace(c)) {
                return quoted ? i + 1 : i;
            }
        }
        return text.length();
    }

    /** Every {@code //user:password@}. */
    private static String withoutLogins(String text) {
        int slashes = text.indexOf("//");
        if (slashes < 0 || text.indexOf('@', slashes) < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        int done = 0;
        for (; slashes >= 0; slashes = text.indexOf("//", Math.max(done, slashes + 2))) {
            int start = slashes + 2;
            int at = text.lastIndexOf('@', endOfLogin(text, start) - 1);
            int colon = text.indexOf(':', start);
            if (colon >= 0 && colon < at) {
                out.append(text, done, colon + 1).append(MASK);
                done = at;
            }
        }
        return out.append(text, done, text.length()).toString();
    }

    /**
     * How far an {@code @} may still belong to the login. In the URL of a database it may stand behind a slash, for
     * somebody who forgot to encode the slash of a password; in the URL of a realm it then belongs to the path.
     */
    private static int endOfLogin(String text, int start) {
        boolean web = text.startsWith("http:", start - 7) || text.startsWith("https:", start - 8);
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c) || c == '"' || (web && c == '/')) {
                return i;
            }
        }
        return text.length();
    }
}
