package dev.lockstep.cli;

import java.util.List;

/**
 * A part of what lockstep does.
 *
 * @param role the role that is for it
 * @param before what is done to the database before each command, as its owner
 * @param commands in the order in which they are tried
 */
record GrantedPart(String role, List<String> before, List<String> commands) {
    /** An audit log in the database, and a mirror of it elsewhere that is there, or is not. */
    static final GrantedPart AUDIT_LOG = new GrantedPart(
            "lockstep_audit",
            List.of(),
            List.of(
                    "audit write DIR/rows --profile cadt-v1 --to SERVER",
                    "audit write DIR/rows --profile cadt-v1 --to SERVER --mirror sqlite:DIR/source.db",
                    "audit write DIR/rows --profile cadt-v1 --to SERVER --mirror sqlite:DIR/without.db",
                    "audit latest --registry o --profile cadt-v1 --to SERVER",
                    "audit check --profile cadt-v1 --to SERVER",
                    "audit status --profile cadt-v1 --to SERVER"));

    /** A mirror in the database, as if each backfill were the first. */
    static final GrantedPart MIRROR = new GrantedPart(
            "lockstep_mirror",
            List.of("delete from lockstep_mirror_run"),
            List.of(
                    "mirror backfill SOURCE --to SERVER --table units --on-bad-row quarantine",
                    "mirror backfill SOURCE --to SERVER --table audit",
                    "audit write DIR/rows SOURCE --profile cadt-v1 --mirror SERVER",
                    "mirror plan SOURCE --to SERVER --table units",
                    "mirror verify SOURCE --to SERVER --table audit",
                    "mirror status SOURCE --to SERVER"));

    @Override
    public String toString() {
        return role;
    }
}
