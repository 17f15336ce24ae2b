package dev.lockstep.bench;

/** The least that a Java program can do. */
final class Empty {
    private Empty() {}

    public static void main(String[] args) {}
}
