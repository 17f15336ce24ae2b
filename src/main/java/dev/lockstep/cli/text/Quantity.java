package dev.lockstep.cli.text;

/** Numbers as people read them. */
public final class Quantity {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    private static final int GROUP = 3;

    private Quantity() {}

    /** The number with a comma between each three digits: {@code 1,234,567}. */
    public static String grouped(long number) {
        String digits = Long.toString(number);
        int first = digits.charAt(0) == '-' ? 1 : 0;
        StringBuilder grouped = new StringBuilder(digits);
        for (int at = digits.length() - GROUP; at > first; at -= GROUP) {
            grouped.insert(at, ',');
        }
        return grouped.toString();
    }

    /** So many bytes, in three digits at most: {@code 1.5 MB}. */
    public static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (Math.abs(amount) >= 999.5 && unit < UNITS.length - 1) {
            amount /= 1_000;
            unit++;
        }
        if (unit == 0) {
            return bytes + " B";
        }
        long tenths = Math.round(amount * 10);
        return (tenths < 100 ? tenths / 10 + "." + tenths % 10 : Long.toString(Math.round(amount))) + " " + UNITS[unit];
    }
}
