package dev.lockstep.cli.doctor;

import dev.lockstep.audit.index.AuditIndexes;
import dev.lockstep.cli.audit.AuditArguments;
import dev.lockstep.cli.doctor.DoctorReport.Check;
import dev.lockstep.cli.doctor.DoctorReport.State;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.db.Db;
import dev.lockstep.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code doctor} asks of an audit log, in whichever database it is. */
final class DoctorAudit {
    private DoctorAudit() {}

    static Check check(Invocation call, Db db) {
        if (call.profile().flatMap(Profile::audit).isEmpty()) {
            return new Check("audit", State.SKIPPED, "no profile says which table is the audit log", null);
        }
        List<String> bad = new ArrayList<>();
        boolean other = false;
        int indexes = 0;
        for (AuditIndexes.Report report : new AuditIndexes(AuditArguments.table(call, db)).check()) {
            indexes++;
            if (report.state() != AuditIndexes.State.PRESENT) {
                bad.add(report.index().name() + " is " + report.state().name().toLowerCase(Locale.ROOT));
                other |= report.state() == AuditIndexes.State.DIFFERENT;
            }
        }
        return bad.isEmpty()
                ? Check.ok("audit", indexes + (indexes == 1 ? " index" : " indexes") + ", each used by its query")
                : new Check(
                        "audit",
                        State.FAIL,
                        String.join("; ", bad),
                        other ? "'lockstep audit apply --replace'" : "'lockstep audit apply'");
    }
}
