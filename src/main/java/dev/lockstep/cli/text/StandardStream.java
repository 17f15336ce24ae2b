package dev.lockstep.cli.text;

/** A stream that this program was started with. */
public enum StandardStream {
    INPUT("0"),
    OUTPUT("1"),
    ERROR("2");

    private final String descriptor;

    StandardStream(String descriptor) {
        this.descriptor = descriptor;
    }

    /** Whether it is a terminal, which Java cannot say, and bin/lockstep does. */
    public boolean isTerminal() {
        return System.getProperty("lockstep.tty", "").contains(descriptor);
    }
}
