package dev.lockstep.audit;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqliteCatalog;
import java.util.List;
import java.util.Optional;

/** The registries that an audit log in SQLite names, for who completes what a person types. */
public final class RegistryNames {
    private static final String TABLE = "audit";
    private static final List<String> COLUMNS = List.of("registryId", "registry_id");
    private static final String NAMES =
            "select distinct %1$s as name from audit where %1$s is not null order by 1 limit 500";

    private RegistryNames() {}

    /** At most as many as a person could choose from; none if there is no such log. */
    public static List<String> of(Tx tx) {
        Optional<String> column = SqliteCatalog.of(tx).columns(TABLE).stream()
                .map(SqliteCatalog.Column::name)
                .filter(COLUMNS::contains)
                .findFirst();
        return column.isEmpty()
                ? List.of()
                : tx.rows(NAMES.formatted(new Identifier(column.get()))).stream()
                        .map(row -> row.text("name"))
                        .toList();
    }
}
