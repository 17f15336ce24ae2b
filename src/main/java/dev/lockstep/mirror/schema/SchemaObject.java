package dev.lockstep.mirror.schema;

import java.util.List;
import java.util.Optional;

/**
 * Something of the source's schema that the mirror can be given once its table has its rows.
 *
 * @param kind as {@link dev.lockstep.mirror.plan.NotMirrored} calls it
 * @param name as it calls it, too
 * @param table what the mirror calls its table
 * @param part by which the mirror is known to have it: the name of an index or of a column, the columns of a key separated by commas
 * @param statements what makes it, in their order; none if it cannot be made
 * @param reason why it cannot; what it was read as otherwise
 * @param loss what it lacks if it is made
 */
public record SchemaObject(
        String kind,
        String name,
        String table,
        String part,
        List<String> statements,
        String reason,
        Optional<String> loss) {
    public SchemaObject {
        statements = List.copyOf(statements);
    }

    /** One that lacks nothing. */
    SchemaObject(String kind, String name, String table, String part, List<String> statements, String reason) {
        this(kind, name, table, part, statements, reason, Optional.empty());
    }

    /** As what is not mirrored is told apart. */
    public String id() {
        return kind + " " + name;
    }

    boolean canBeMade() {
        return !statements.isEmpty();
    }
}
