package dev.lockstep.mirror.engine;

import dev.lockstep.db.Db;

/** What MariaDB and MySQL do in ways of their own. */
enum MariaDbServer {
    /** Takes the values of many rows in one message, each value in its binary form. */
    MARIADB("utf8mb4_nopad_bin", "MD5", "md5(concat(%s))", Integer.MAX_VALUE),
    /** Newer versions have no MD5. A number that would take more than these characters has an exponent. */
    MYSQL("utf8mb4_0900_bin", "SHA-256", "sha2(concat(%s), 256)", 24);

    private static final String IS_MARIADB = "select version() like '%MariaDB%' as it_is";

    private final String collation;
    private final String digestAlgorithm;
    private final String digest;
    private final int widestNumber;

    MariaDbServer(String collation, String digestAlgorithm, String digest, int widestNumber) {
        this.collation = collation;
        this.digestAlgorithm = digestAlgorithm;
        this.digest = digest;
        this.widestNumber = widestNumber;
    }

    /** The one that is connected. */
    static MariaDbServer of(Db db) {
        return db.autocommit(tx -> tx.only(IS_MARIADB).flag("it_is")) ? MARIADB : MYSQL;
    }

    /** The collation that tells all texts apart. */
    String collation() {
        return collation;
    }

    /** What Java calls the digest that the server computes. */
    String digestAlgorithm() {
        return digestAlgorithm;
    }

    /** The expression of the digest of some values, one after the other. */
    String digestOf(String values) {
        return digest.formatted(values);
    }

    /** How many characters a number has at the most. */
    int widestNumber() {
        return widestNumber;
    }
}
