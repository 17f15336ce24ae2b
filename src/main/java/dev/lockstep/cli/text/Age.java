package dev.lockstep.cli.text;

import java.time.Duration;

/** How long something takes or how old it is, as people say it: {@code 25 min}. */
public final class Age {
    private Age() {}

    /** In the greatest unit of which there are at least two: {@code 340 ms, 25 s, 25 min, 25 h, 25 days}. */
    public static String of(Duration age) {
        if (age.toDays() >= 2) {
            return Quantity.grouped(age.toDays()) + " days";
        }
        if (age.toHours() >= 2) {
            return age.toHours() + " h";
        }
        if (age.toMinutes() >= 2) {
            return age.toMinutes() + " min";
        }
        return age.toSeconds() >= 2 ? age.toSeconds() + " s" : Math.max(0, age.toMillis()) + " ms";
    }

    /** The same for what is an estimate: nothing is finer than a second. */
    public static String about(Duration age) {
        return age.toSeconds() < 2 ? Math.max(1, age.toSeconds()) + " s" : of(age);
    }
}
