package dev.lockstep.cli.transpile;

import dev.lockstep.cli.transpile.BuildHost.Compiler;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** What builders expect of a cache, scenario by scenario: one database for all of a class, and a host of its own for each. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class BuildConformance {
    static final String ONE = "int one(void) { return 1; }\n";

    final TestDatabase database = TestPostgres.shared().createDatabase();

    @TempDir
    Path dir;

    @BeforeAll
    void makeTheCache() {
        LockstepRun.of(database.environment(), "transpile", "init").endedWith(0);
    }

    @AfterAll
    void drop() {
        database.close();
    }

    static List<Compiler> compilers() {
        return Compiler.here();
    }

    /** Where it is the cache's doing alone, gcc is tried at night. */
    static List<Compiler> compilersOfToday() {
        return Compiler.here().subList(0, Counts.of(1, Compiler.here().size()));
    }

    BuildHost host(Compiler compiler) throws IOException {
        BuildHost host = BuildHost.of(database, dir, compiler);
        host.write("main.c", ONE);
        return host;
    }

    /** Builds, and says what role that had. */
    static String role(BuildHost host, String... options) throws IOException {
        int before = host.builds();
        host.build(options).endedWith(0);
        return host.builds() == before ? "hit" : "build";
    }
}
