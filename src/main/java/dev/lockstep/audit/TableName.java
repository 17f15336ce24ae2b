package dev.lockstep.audit;

import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;

/**
 * A table, and the schema that it is in (MariaDB's word for that is database).
 *
 * @param schema null for wherever the connection looks first
 */
public record TableName(String schema, String table) {
    public static TableName of(String table) {
        return new TableName(null, table);
    }

    /** For statements of ours. */
    public String sql() {
        return (schema == null ? "" : new Identifier(schema) + ".") + new Identifier(table);
    }

    /** For people, who paste it into the engine's own client. */
    public String in(Engine engine) {
        return (schema == null ? "" : new Identifier(schema).in(engine) + ".") + new Identifier(table).in(engine);
    }

    @Override
    public String toString() {
        return schema == null ? table : schema + "." + table;
    }
}
