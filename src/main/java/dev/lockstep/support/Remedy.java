package dev.lockstep.support;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Something that a caller can do about an error, of those that lockstep itself offers. A program branches on the kind; the
 * command line says in words of its own which command or option that is.
 *
 * @param kind what to do; each mechanism has an enum of what it offers
 * @param arguments what to do it with, such as a table's name, in the order that the kind says
 */
public record Remedy(Kind kind, List<String> arguments) {
    /** What can be done, with a name that says it. */
    public interface Kind {
        /** Of the enum's constant: {@code REBUILD_INDEX}. */
        String name();

        /** It, done with these. */
        default Remedy of(Object... arguments) {
            return new Remedy(
                    this, Arrays.stream(arguments).map(String::valueOf).toList());
        }
    }

    public Remedy {
        arguments = List.copyOf(arguments);
    }

    public String argument(int index) {
        return arguments.get(index);
    }

    /** For a log: {@code rebuild index: notes}. */
    @Override
    public String toString() {
        String words = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return arguments.isEmpty() ? words : words + ": " + String.join(", ", arguments);
    }
}
