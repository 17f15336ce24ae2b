package dev.lockstep.mirror.plan;

import java.time.DateTimeException;
import java.time.LocalDate;

/**
 * Reads the texts by which applications keep dates in SQLite: {@code YYYY-MM-DD}, and with a time after a blank or a T
 * {@code HH:MM[:SS[.fraction]]}, after which an offset may follow ({@code Z}, {@code +00:00}, {@code -0530}, with or
 * without a blank before it). Without an offset it is UTC. What is finer than a microsecond is cut off.
 */
final class DateTexts {
    /** The length of a date and time with six digits of a second. */
    private static final int COARSE = 26;

    private static final long DAY = 86_400_000_000L;
    private static final long MINUTE = 60_000_000L;
    private static final long SECOND = 1_000_000L;

    /** The text is no such date; the message says why, for people. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        Unreadable(String reason) {
            super(reason, null, false, false);
        }
    }

    private final byte[] text;
    private int at;

    private DateTexts(byte[] text) {
        this.text = text;
    }

    /** Microseconds since 1970 in UTC. */
    static long micros(byte[] text) throws Unreadable {
        DateTexts reader = new DateTexts(text);
        long micros = reader.day() * DAY;
        if (!reader.ended()) {
            micros += reader.time();
            micros -= reader.offset();
        }
        reader.end();
        return micros;
    }

    /** Whether a text that {@link #micros} reads says more than a microsecond. */
    static boolean isFiner(byte[] text) {
        for (int at = COARSE; at < text.length && text[at] >= '0' && text[at] <= '9'; at++) {
            if (text[at] != '0') {
                return true;
            }
        }
        return false;
    }

    /** Days since 1970. */
    static long days(byte[] text) throws Unreadable {
        DateTexts reader = new DateTexts(text);
        long day = reader.day();
        reader.end();
        return day;
    }

    private long day() throws Unreadable {
        int year = digits(4);
        expect('-');
        int month = digits(2);
        expect('-');
        int day = digits(2);
        if (year == 0) {
            throw new Unreadable("there is no year 0");
        }
        try {
            return LocalDate.of(year, month, day).toEpochDay();
        } catch (DateTimeException e) {
            throw new Unreadable("there is no such day");
        }
    }

    private long time() throws Unreadable {
        if (text[at] != ' ' && text[at] != 'T') {
            throw unreadable();
        }
        at++;
        int hour = digits(2);
        expect(':');
        int minute = digits(2);
        int second = 0;
        long fraction = 0;
        if (is(':')) {
            at++;
            second = digits(2);
            if (is('.')) {
                at++;
                fraction = fraction();
            }
        }
        if (hour > 23 || minute > 59 || second > 59) {
            throw new Unreadable("there is no such time of day");
        }
        return (hour * 60L + minute) * MINUTE + second * SECOND + fraction;
    }

    private long fraction() throws Unreadable {
        long micros = 0;
        int read = 0;
        for (; at < text.length && text[at] >= '0' && text[at] <= '9'; at++, read++) {
            if (read < 6) {
                micros = micros * 10 + (text[at] - '0');
            }
        }
        if (read == 0) {
            throw unreadable();
        }
        for (; read < 6; read++) {
            micros *= 10;
        }
        return micros;
    }

    private long offset() throws Unreadable {
        if (is(' ') && at + 1 < text.length) {
            at++;
        }
        if (is('Z')) {
            at++;
            return 0;
        }
        if (!is('+') && !is('-')) {
            return 0;
        }
        int sign = text[at++] == '-' ? -1 : 1;
        int hours = digits(2);
        int minutes = 0;
        if (!ended()) {
            if (is(':')) {
                at++;
            }
            minutes = digits(2);
        }
        if (hours > 15 || minutes > 59) {
            throw new Unreadable("there is no such offset");
        }
        return sign * (hours * 60L + minutes) * MINUTE;
    }

    private boolean ended() {
        return at == text.length;
    }

    private boolean is(char c) {
        return at < text.length && text[at] == c;
    }

    private void expect(char c) throws Unreadable {
        if (!is(c)) {
            throw unreadable();
        }
        at++;
    }

    private int digits(int count) throws Unreadable {
        int number = 0;
        for (int end = at + count; at < end; at++) {
            if (at >= text.length || text[at] < '0' || text[at] > '9') {
                throw unreadable();
            }
            number = number * 10 + (text[at] - '0');
        }
        return number;
    }

    private void end() throws Unreadable {
        if (!ended()) {
            throw unreadable();
        }
    }

    private static Unreadable unreadable() {
        return new Unreadable("not a date");
    }
}
