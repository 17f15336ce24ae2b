package dev.lockstep.testing;

/** One test's own MySQL database, whose texts are told apart by their bytes unless a table says otherwise. */
public final class MySqlDatabase extends MariaDbDatabase {
    MySqlDatabase(ServerAddress address, ServerAddress admin) {
        super(address, admin, "mysql");
    }
}
