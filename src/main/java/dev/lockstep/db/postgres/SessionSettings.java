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

    /** Whoever had the server connection before may have left a {@code search_path} in it; the user's own comes after. */
    private static final String FOR_TRANSACTION = """
            set transaction isolation level %s%s;
            set local statement_timeout = 0;
            set local search_path to default;
            select count(set_config(s.name, s.value, true))
              from unnest(cast(? as text[]), cast(? as text[])) as s (name, value)
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

    /** Sets all of it for the transaction that begins here. */
    void setForTransaction(Connection connection, Snapshot snapshot) throws SQLException {
        boolean reads = session.use() == Session.Use.READ && snapshot != Snapshot.ONE;
        String begin = FOR_TRANSACTION.formatted(snapshot.characteristics, reads ? ", read only" : "");
        try (PreparedStatement statement = connection.prepareStatement(begin)) {
            bind(statement);
            statement.execute();
        }
    }

    private void bind(PreparedStatement statement) throws SQLException {
        statement.setObject(1, settings.keySet().toArray(new String[0]));
        statement.setObject(2, settings.values().toArray(new String[0]));
    }
}
