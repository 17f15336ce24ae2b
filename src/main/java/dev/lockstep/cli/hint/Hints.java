package dev.lockstep.cli.hint;

import dev.lockstep.audit.AuditRemedy;
import dev.lockstep.db.DbRemedy;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.realm.RealmRemedy;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.Remedy;
import dev.lockstep.transpile.schema.TranspileRemedy;

/** What to try next, as one types it; commands stand in single quotes, without what leads to the databases. */
public final class Hints {
    private Hints() {}

    /** What to try after an error; null if nobody knows. */
    public static String of(LockstepException trouble) {
        return trouble.remedy().isPresent() ? of(trouble.remedy().get()) : trouble.hint();
    }

    /** What there is to know, and what to do about it. */
    public static String of(Notice notice) {
        if (notice.remedy().isEmpty()) {
            return notice.message();
        }
        String hint = of(notice.remedy().get());
        return notice.message().isEmpty() ? hint : notice.message() + "; " + hint;
    }

    private static String of(Remedy remedy) {
        Remedy.Kind kind = remedy.kind();
        if (kind instanceof AuditRemedy audit) {
            return AuditHints.of(audit, remedy);
        }
        if (kind instanceof TranspileRemedy transpile) {
            return TranspileHints.of(transpile, remedy);
        }
        if (kind instanceof RealmRemedy realm) {
            return RealmHints.of(realm, remedy);
        }
        if (kind instanceof FtsRemedy fts) {
            return FtsHints.of(fts, remedy);
        }
        if (kind instanceof MirrorRemedy mirror) {
            return MirrorHints.of(mirror, remedy);
        }
        if (kind instanceof DbRemedy db) {
            return DbHints.of(db, remedy);
        }
        throw new IllegalArgumentException(kind.getClass() + " has no words");
    }
}
