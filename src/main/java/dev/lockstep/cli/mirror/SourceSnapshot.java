package dev.lockstep.cli.mirror;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.sqlite.SqliteSalvage;
import dev.lockstep.support.LockstepException;
import picocli.CommandLine.Model.CommandSpec;

/** What {@code mirror backfill} reads its source from. */
final class SourceSnapshot {
    private static final Opt<String> SNAPSHOT = Opt.text(
            "hold|copy",
            "What the source is read from: itself, in one read transaction, during which its WAL cannot shrink (the"
                    + " default), or a private copy that is made first.",
            "--snapshot");

    private static final String REMEDY =
            "leave out --snapshot copy: the source itself is read then, and what cannot be read is told by name";

    private SourceSnapshot() {}

    static void declare(CommandSpec spec) {
        SNAPSHOT.addTo(spec);
    }

    static boolean isCopied(Invocation call) {
        String way = call.get(SNAPSHOT).orElse("hold");
        return switch (way) {
            case "hold" -> false;
            case "copy" -> true;
            default -> throw LockstepException.usage("unknown snapshot '" + way + "'", "--snapshot takes hold or copy");
        };
    }

    static Db open(Invocation call) {
        if (!isCopied(call)) {
            return MirrorArguments.source(call);
        }
        try (Db source = MirrorArguments.source(call)) {
            if (source.autocommit(SqliteSalvage::isOf)) {
                throw LockstepException.refused(
                        "the schema of " + call.sqliteFile() + " is damaged, and a copy would lack what is", REMEDY);
            }
            return call.databases().copyOf(source);
        } catch (DbException e) {
            if (e.reason() != Reason.OTHER && e.reason() != Reason.CORRUPT) {
                throw e;
            }
            throw new LockstepException(
                    LockstepException.Kind.REFUSED,
                    e.code(),
                    "cannot copy " + call.sqliteFile() + ": " + e.getMessage(),
                    REMEDY,
                    e);
        }
    }
}
