package dev.lockstep.testing;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.Fault.Mode;
import java.util.Arrays;

/**
 * The lockstep command line with a fault in its databases: {@code DyingLockstep CALL MODE COMMAND…}. Run it as a {@link
 * ChildJvm}, by hand or with {@link LockstepRun#inChild}.
 */
public final class DyingLockstep {
    private DyingLockstep() {}

    public static void main(String[] args) {
        Fault fault = Fault.at(Integer.parseInt(args[0]), Mode.valueOf(args[1]));
        Databases databases = new Databases(Environment.ofProcess(), fault::around);
        String[] command = Arrays.copyOfRange(args, 2, args.length);
        System.exit(new Lockstep(databases, System.in, System.out, System.err).run(command));
    }
}
