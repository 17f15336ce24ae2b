package dev.lockstep.db.postgres;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a PostgreSQL server says of itself and of this session.
 *
 * @param version as the server spells it, {@code 18.1 (Debian …)}
 * @param login the role that statements are run as
 * @param standby whether it takes no writes
 * @param encrypted whether this session is, by TLS
 * @param remote whether the server is at an address of another machine, as far as it knows its own
 */
public record ServerReport(String version, String login, boolean standby, boolean encrypted, boolean remote) {
    private static final String SERVER = """
            select current_setting('server_version')             as version,
                   current_user                                  as login,
                   pg_is_in_recovery()                           as standby,
                   coalesce((select ssl
                               from pg_stat_ssl
                              where pid = pg_backend_pid()), false) as encrypted,
                   coalesce(not inet_server_addr() <<= inet '127.0.0.0/8'
                        and inet_server_addr() <> inet '::1', false) as remote
            """;

    private static final String DENIED = """
            select o.name, o.privilege
              from unnest(cast(? as text[]), cast(? as text[])) as o (name, privilege)
             where to_regclass(o.name) is not null
               and not has_table_privilege(to_regclass(o.name), o.privilege)
             order by 1, 2
            """;

    /** Asks the server. */
    public static ServerReport read(Tx tx) {
        Row row = tx.only(SERVER);
        return new ServerReport(
                row.text("version"), row.text("login"), row.flag("standby"), row.flag("encrypted"), row.flag("remote"));
    }

    /**
     * The privileges that this session's role lacks.
     *
     * @param needed by table, the privileges with a blank between them
     * @return by table, those that it lacks with a comma between them; a table that is not there is none of them
     */
    public static Map<String, String> lacking(Tx tx, Map<String, String> needed) {
        List<String> tables = new ArrayList<>();
        List<String> privileges = new ArrayList<>();
        needed.forEach((table, words) -> {
            for (String word : words.split(" ", -1)) {
                tables.add(table);
                privileges.add(word);
            }
        });
        Map<String, String> lacking = new LinkedHashMap<>();
        for (Row row : tx.rows(DENIED, tables.toArray(String[]::new), privileges.toArray(String[]::new))) {
            lacking.merge(row.text("name"), row.text("privilege"), (some, more) -> some + ", " + more);
        }
        return lacking;
    }
}
