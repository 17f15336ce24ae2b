package dev.lockstep.testing;

import dev.lockstep.db.Db;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles.Access;
import dev.lockstep.support.Environment;
import java.nio.file.Path;
import java.time.Duration;

/** Moves one unit between two accounts in a SQLite file, as a process that a {@link Fault} may end or stop. */
final class DyingWriter {
    static final String[] ACCOUNTS = {
        "create table account (name text primary key, balance integer not null)",
        "insert into account values ('left', 1)",
        "insert into account values ('right', 0)"
    };

    private static final String TAKE = "update account set balance = balance - 1 where name = 'left'";
    private static final String GIVE = "update account set balance = balance + 1 where name = 'right'";

    private DyingWriter() {}

    public static void main(String[] args) {
        Fault fault = Fault.at(Integer.parseInt(args[1]), Fault.Mode.valueOf(args[2]));
        transfer(Path.of(args[0]), fault);
        System.out.println("transferred");
    }

    static void transfer(Path file, Fault fault) {
        Databases databases = new Databases(Environment.ofProcess(), fault::around);
        try (Db db = databases.sqlite(file, Access.WRITE, Duration.ofSeconds(5))) {
            db.run(tx -> {
                tx.update(TAKE);
                tx.update(GIVE);
            });
        }
    }
}
