package dev.lockstep.cli.pager;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.Printer;
import dev.lockstep.cli.kit.TerminalText;
import dev.lockstep.cli.text.StandardStream;
import dev.lockstep.cli.text.TerminalSize;
import dev.lockstep.support.Environment;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;

/**
 * Where lines go that may be many. On a terminal that is the program that PAGER names, else one that is built in; where
 * standard output is none, they are printed. Whoever leaves the pager needs no more of them: then {@link Output.Closed} is thrown.
 */
public abstract class Pager implements AutoCloseable {
    private final TerminalSize size;
    private final boolean isColoured;

    Pager(TerminalSize size, boolean isColoured) {
        this.size = size;
        this.isColoured = isColoured;
    }

    /** For one run of a command that prints text. */
    public static Pager of(Invocation call) {
        Environment environment = call.databases().environment();
        PrintStream out = call.output().out();
        boolean isShown = Printer.isShown(out);
        String kind = environment.get("TERM").orElse("dumb");
        boolean canMove = Printer.isTerminal(out) && !kind.equals("dumb");
        boolean isColoured = TerminalText.isColoured(call, isShown);
        TerminalSize size = TerminalSize.of(environment, isShown);
        Optional<String> program = environment.get("PAGER");
        if (!canMove
                || program.filter(text -> text.isBlank() || text.equals("cat")).isPresent()) {
            return new Plain(size, isColoured, out);
        }
        if (program.isPresent()) {
            return new ProgramPager(size, isColoured, program.get());
        }
        return StandardStream.INPUT.isTerminal()
                ? new BuiltInPager(size, isColoured, out)
                : new Plain(size, isColoured, out);
    }

    /**
     * Adds to the variables of a pager what less is to do unless somebody has said: leave if all fits on a page, show colours, keep the
     * screen.
     */
    public static void advise(Map<String, String> variables) {
        variables.putIfAbsent("LESS", "FRX");
        variables.putIfAbsent("LESSCHARSET", "utf-8");
    }

    /** How many columns a line may take. */
    public int columns() {
        return size.columns();
    }

    int rows() {
        return size.rows();
    }

    /** Whether lines may have colours. */
    public boolean isColoured() {
        return isColoured;
    }

    /** Shows a line, in which there are no control characters but those that colour it. */
    public abstract void line(String text);

    /** Waits until whoever reads has done so. */
    @Override
    public abstract void close();

    /** Standard output as it is. */
    private static final class Plain extends Pager {
        private final PrintStream out;

        Plain(TerminalSize size, boolean isColoured, PrintStream out) {
            super(size, isColoured);
            this.out = out;
        }

        @Override
        public void line(String text) {
            out.println(text);
            if (out.checkError()) {
                throw new Output.Closed();
            }
        }

        @Override
        public void close() {
            out.flush();
        }
    }
}
