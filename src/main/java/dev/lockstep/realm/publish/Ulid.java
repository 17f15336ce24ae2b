package dev.lockstep.realm.publish;

import java.security.SecureRandom;

/** Names that nobody else gives and that sort by the time of their making: 10 characters of time, 16 of chance (ULID). */
final class Ulid {
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int TIME_CHARACTERS = 10;
    private static final int RANDOM_CHARACTERS = 16;

    private Ulid() {}

    static String next() {
        char[] text = new char[TIME_CHARACTERS + RANDOM_CHARACTERS];
        long time = System.currentTimeMillis();
        for (int i = TIME_CHARACTERS - 1; i >= 0; i--) {
            text[i] = ALPHABET.charAt((int) (time & 31));
            time >>>= 5;
        }
        byte[] random = new byte[RANDOM_CHARACTERS];
        new SecureRandom().nextBytes(random);
        for (int i = 0; i < RANDOM_CHARACTERS; i++) {
            text[TIME_CHARACTERS + i] = ALPHABET.charAt(random[i] & 31);
        }
        return new String(text);
    }
}
