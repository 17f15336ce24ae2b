package dev.lockstep.mirror.copy;

import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.support.LockstepException;
import java.util.List;
import java.util.Set;

/** A table has values that the mirror's columns cannot hold, and nothing of it was written. */
final class MisfitException extends LockstepException {
    private static final long serialVersionUID = 1;

    private final transient Set<String> columns;

    MisfitException(String what, Set<String> columns) {
        this(what, columns, List.of());
    }

    private MisfitException(String what, Set<String> columns, List<String> statements) {
        super(Kind.REFUSED, "does-not-fit", what, null, null);
        advising(MirrorRemedy.QUARANTINE_WHAT_DOES_NOT_FIT.of(statements.toArray()));
        this.columns = columns;
    }

    /** The mirror's columns that the values do not fit. */
    Set<String> columns() {
        return columns;
    }

    /** The same with the statements that would give the mirror's columns types which take the values. */
    MisfitException with(List<String> statements) {
        return statements.isEmpty() ? this : new MisfitException(getMessage(), columns, statements);
    }
}
