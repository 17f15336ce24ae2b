package dev.lockstep.db.postgres;

import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.ServerOptions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a session with PostgreSQL relies on, whatever the role, the database or the server are set to. It is set after the
 * login, in one round trip, for a pooler refuses what it does not know in the first packet.
 *
 * <p>A pooler may lend each transaction another server connection, and that is somebody else's afterwards: there nothing is
 * set for longer than a transaction.
 */
public final class SessionSettings {
    /**
     * Sets nothing if the server that answers is not the one that the connection was opened to. A role that is to read only
     * may have been given that for those who work by hand; a database or a server was frozen for everybody. The role's own
     * limit must not end this.
     */
    private static final String FOR_SESSION = """
            begin;
            set local statement_timeout = 0;
            select pg_backend_pid() as pid,
                   (select count(set_config(s.name, s.value, false))
                      from unnest(cast(? as text[]), cast(? as text[])) as s (name, value)
                     where pg_backend_pid() = ?) as set_for_session,
                   case when ?
                         and pg_backend_pid() = ?
                         and current_setting('default_transaction_read_only') = 'on'
                         and exists (select 1
                                       from pg_settings
                                      where name = 'default_transaction_read_only'
                                        and source in ('user', 'database user'))
                        then set_config('default_transaction_read_only', 'off', false) end as writes;
            commit
            """;

    /**
     * Whoever had the server connection before may have left settings in it, or another role: they are as after a login
     * again, but for those that a pooler itself keeps for each client. The user's own come after. Tables that were left there
     * hide no others.
     */
    private static final String FOR_TRANSACTION = """
            set transaction isolation level %s;
            set local statement_timeout = 0;
            set local session authorization default;
            set local role to default;
            set local search_path to default;
            set local default_transaction_read_only to default;
            select count(set_config(name, reset_val, true)) as undone
              from pg_settings
             where source = 'session'
               and (context = 'user'
                    or name = 'session_replication_role'
                    or context = 'superuser' and current_setting('is_superuser') = 'on')
               and name not in ('statement_timeout', 'default_transaction_read_only', 'transaction_isolation',
                                'transaction_read_only', 'transaction_deferrable', 'application_name',
                                'client_encoding', 'DateStyle', 'IntervalStyle', 'TimeZone');
            select count(set_config(s.name, s.value, true)) as set_for_transaction
              from unnest(cast(? as text[]), cast(? as text[])) as s (name, value);
            select set_config('search_path', concat(nullif(current_setting('search_path'), '') || ', ', 'pg_temp'), true);
            select current_setting('transaction_read_only') = 'on'
                   and not pg_is_in_recovery()
                   and (current_setting('default_transaction_read_only') = 'off'
                        or exists (select 1
                                     from pg_settings
                                    where name = 'default_transaction_read_only'
                                      and source in ('user', 'database user'))) as left_read_only
            """;

    private static final String READ_ONLY = "default_transaction_read_only";

    private static final String UNLIMITED = "0";

    /** What is gone without a word is noticed by the server within a minute, and what it held is free again. */
    private static final Map<String, String> NETWORK = Map.of(
            "tcp_keepalives_idle", "15",
            "tcp_keepalives_interval", "5",
            "tcp_keepalives_count", "4",
            "tcp_user_timeout", "35000");

    /** What the statements of a transaction see. */
    enum Snapshot {
        EACH("read committed"),
        ONE("repeatable read, read only");

        private final String characteristics;

        Snapshot(String characteristics) {
            this.characteristics = characteristics;
        }
    }

    private final Session session;
    private final Map<String, String> settings = new LinkedHashMap<>();

    /**
     * @param options the user's own, which beat what no limit of the session asks for
     * @param majorVersion of the server
     */
    SessionSettings(Session session, ServerOptions options, int majorVersion) {
        this.session = session;
        settings.put("idle_in_transaction_session_timeout", UNLIMITED);
        if (majorVersion >= 14) {
            settings.put("idle_session_timeout", UNLIMITED);
        }
        if (majorVersion >= 17) {
            settings.put("transaction_timeout", UNLIMITED);
        }
        settings.put("default_transaction_isolation", "read committed");
        settings.put("default_transaction_deferrable", "off");
        // Rows that a policy hides make a statement fail instead of doing less than it says.
        settings.put("row_security", "off");
        settings.put("standard_conforming_strings", "on");
        settings.put("bytea_output", "hex");
        settings.put("extra_float_digits", "1");
        settings.put("array_nulls", "on");
        settings.put("quote_all_identifiers", "off");
        settings.put("exit_on_error", "off");
        // Questions to the catalogs look dear to the planner, and compiling them takes longer than answering.
        settings.put("jit", "off");
        settings.putAll(NETWORK);
        limit("statement_timeout", session.statementTimeout());
        limit("lock_timeout", session.lockTimeout());
        settings.keySet().removeAll(options.settings().keySet());
        // What the command line says of this run beats what the user says of all connections.
        stricter("statement_timeout", session.statementTimeout());
        stricter("lock_timeout", session.lockTimeout());
        if (session.use() == Session.Use.READ) {
            settings.put(READ_ONLY, "on");
        }
    }

    /** What is set, here or by statements that this sends. */
    List<String> names() {
        List<String> names = new ArrayList<>(settings.keySet());
        names.add(READ_ONLY);
        return names;
    }

    /** Adds what the server has not been told yet. */
    void add(Map<String, String> more) {
        more.forEach(settings::putIfAbsent);
    }

    /** Sets another value than the usual one. */
    void replace(String name, String value) {
        settings.replace(name, value);
    }

    private void limit(String name, Duration limit) {
        settings.put(name, Long.toString(limit.toMillis()));
    }

    private void stricter(String name, Duration limit) {
        if (!limit.isZero()) {
            limit(name, limit);
        }
    }

    /**
     * Sets all of it for as long as the connection lasts, unless another backend than that answers.
     *
     * @return the backend that answered
     */
    int setForSession(Connection connection, int backend) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FOR_SESSION)) {
            bind(statement);
            statement.setInt(3, backend);
            statement.setBoolean(4, session.use() != Session.Use.READ);
            statement.setInt(5, backend);
            boolean rows = statement.execute();
            while (!rows && statement.getUpdateCount() >= 0) {
                rows = statement.getMoreResults();
            }
            try (ResultSet rs = rows ? statement.getResultSet() : null) {
                return rs != null && rs.next() ? rs.getInt("pid") : backend;
            }
        }
    }

    /**
     * Sets all of it for the transaction that begins here. One that is to write begins anew, and says so, where a default
     * that is not the server's forbids it: whether a transaction writes is settled before its first query.
     */
    void setForTransaction(Connection connection, Snapshot snapshot) throws SQLException {
        boolean writes = snapshot == Snapshot.EACH && session.use() != Session.Use.READ;
        String reads = snapshot == Snapshot.EACH && !writes ? ", read only" : "";
        if (begin(connection, snapshot.characteristics + reads) && writes) {
            connection.rollback();
            begin(connection, snapshot.characteristics + ", read write");
        }
    }

    /** @return whether the transaction may not write, though neither the server nor the database forbid it */
    private boolean begin(Connection connection, String characteristics) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FOR_TRANSACTION.formatted(characteristics))) {
            bind(statement);
            boolean rows = statement.execute();
            boolean leftReadOnly = false;
            while (rows || statement.getUpdateCount() >= 0) {
                if (rows) {
                    try (ResultSet rs = statement.getResultSet()) {
                        rs.next();
                        leftReadOnly = "left_read_only".equals(rs.getMetaData().getColumnLabel(1)) && rs.getBoolean(1);
                    }
                }
                rows = statement.getMoreResults();
            }
            return leftReadOnly;
        }
    }

    private void bind(PreparedStatement statement) throws SQLException {
        statement.setObject(1, settings.keySet().toArray(new String[0]));
        statement.setObject(2, settings.values().toArray(new String[0]));
    }
}
