package dev.lockstep.cli.diff;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.WholeFile;
import dev.lockstep.cli.text.Count;
import dev.lockstep.cli.text.Layout;
import dev.lockstep.mirror.repair.RepairScript;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.verify.DifferenceVisitor;
import dev.lockstep.mirror.verify.Verification;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The statements that {@code --sql} asks for, if it does. */
public final class ScriptFile implements AutoCloseable {
    private static final String STDOUT = "-";

    private final Optional<String> file;
    private final Optional<RepairScript> script;

    private ScriptFile(Optional<String> file, Optional<RepairScript> script) {
        this.file = file;
        this.script = script;
    }

    public static ScriptFile of(Optional<String> file, MirrorConnection link) {
        return new ScriptFile(file, file.map(name -> new RepairScript(link)));
    }

    /** Whether that means standard output, which they have to themselves. */
    public static boolean isStandardOutput(Optional<String> file) {
        return file.filter(STDOUT::equals).isPresent();
    }

    public DifferenceVisitor visitor() {
        return script.isPresent() ? script.get() : DifferenceVisitor.NONE;
    }

    /**
     * Writes them once all is known: to a file, which nobody sees in part, or to standard output.
     *
     * @param databases which they are about, by name
     * @param differs how it is told that a table differs
     */
    public void write(
            Invocation call,
            List<Verification.Table> tables,
            Map<String, String> databases,
            Function<Verification.Table, String> differs) {
        if (script.isEmpty()) {
            return;
        }
        List<String> heading = heading(tables, databases, differs);
        try {
            WholeFile.Content content = out -> script.get().writeTo(out, heading);
            if (isStandardOutput(file)) {
                call.output().bytes(content);
            } else {
                WholeFile.write(Invocation.file(file.get()), content);
            }
        } catch (IOException e) {
            throw new LockstepException("cannot write the statements: " + FileError.namedReason(e), null);
        }
        long left = script.get().left();
        if (left > 0) {
            call.output()
                    .warn(
                            "left-as-it-is",
                            "the statements leave " + Count.of(left, "row") + " as it is: "
                                    + script.get().firstLeft().get(0));
        }
    }

    private List<String> heading(
            List<Verification.Table> tables,
            Map<String, String> databases,
            Function<Verification.Table, String> differs) {
        List<String> lines = new ArrayList<>();
        lines.add("Makes the rows of a mirror right that differed when 'lockstep mirror verify' compared them.");
        databases.forEach((name, database) -> lines.add("The " + name + ": " + database));
        for (Verification.Table table : tables) {
            table.failure().ifPresent(why -> {
                script.orElseThrow().forget(table.table());
                lines.add("NOT COMPARED: " + table.table() + ": " + why.getMessage());
            });
            if (table.failure().isEmpty() && !table.isEqual()) {
                lines.add(Layout.unmarked(differs.apply(table)));
            }
        }
        return lines;
    }

    @Override
    public void close() {
        script.ifPresent(RepairScript::close);
    }
}
