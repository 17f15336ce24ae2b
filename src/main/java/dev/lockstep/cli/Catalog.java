package dev.lockstep.cli;

import dev.lockstep.cli.audit.AuditIndexCommand;
import dev.lockstep.cli.audit.AuditLatestCommand;
import dev.lockstep.cli.audit.AuditStatusCommand;
import dev.lockstep.cli.audit.AuditSuggestCommand;
import dev.lockstep.cli.audit.AuditWriteCommand;
import dev.lockstep.cli.completion.NamesCommand;
import dev.lockstep.cli.demo.DemoCommand;
import dev.lockstep.cli.doctor.DoctorCommand;
import dev.lockstep.cli.fts.FtsCheckCommand;
import dev.lockstep.cli.fts.FtsDeferCommand;
import dev.lockstep.cli.fts.FtsRebuildCommand;
import dev.lockstep.cli.fts.FtsRestoreCommand;
import dev.lockstep.cli.fts.FtsRunCommand;
import dev.lockstep.cli.fts.FtsStatusCommand;
import dev.lockstep.cli.fts.FtsTuneCommand;
import dev.lockstep.cli.help.CompletionCommand;
import dev.lockstep.cli.help.HelpCommand;
import dev.lockstep.cli.help.HelpTopics;
import dev.lockstep.cli.help.VersionCommand;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.CommandTree;
import dev.lockstep.cli.mirror.MirrorBackfillCommand;
import dev.lockstep.cli.mirror.MirrorFollowCommand;
import dev.lockstep.cli.mirror.MirrorPlanCommand;
import dev.lockstep.cli.mirror.MirrorRepairCommand;
import dev.lockstep.cli.mirror.MirrorStatusCommand;
import dev.lockstep.cli.mirror.MirrorVerifyCommand;
import dev.lockstep.cli.profile.ProfileCommand;
import dev.lockstep.cli.profile.ProfileInitCommand;
import dev.lockstep.cli.realm.BroadcastCommand;
import dev.lockstep.cli.realm.DefinitionsCheckCommand;
import dev.lockstep.cli.realm.DefinitionsClearCommand;
import dev.lockstep.cli.realm.InvalidateCommand;
import dev.lockstep.cli.realm.ListenCommand;
import dev.lockstep.cli.realm.ListenersCommand;
import dev.lockstep.cli.realm.LockCommand;
import dev.lockstep.cli.realm.LocksCommand;
import dev.lockstep.cli.realm.PublishCommand;
import dev.lockstep.cli.realm.RealmInitCommand;
import dev.lockstep.cli.realm.SequenceCommand;
import dev.lockstep.cli.realm.WatchCommand;
import dev.lockstep.cli.relay.RelayCommand;
import dev.lockstep.cli.shell.ShellCommand;
import dev.lockstep.cli.top.TopCommand;
import dev.lockstep.cli.transpile.TranspileCheckCommand;
import dev.lockstep.cli.transpile.TranspileGetCommand;
import dev.lockstep.cli.transpile.TranspileInitCommand;
import dev.lockstep.cli.transpile.TranspilePruneCommand;
import dev.lockstep.cli.transpile.TranspilePutCommand;
import dev.lockstep.cli.transpile.TranspileRunCommand;
import dev.lockstep.cli.transpile.TranspileStatusCommand;
import dev.lockstep.cli.transpile.TranspileTombstoneCommand;
import java.util.List;

/** The commands that there are. */
public final class Catalog {
    /** Every leaf, as it is typed, in the order in which help shows them. */
    private static final List<String> PATHS = List.of(
            "realm broadcast",
            "realm invalidate",
            "realm listen",
            "realm listeners",
            "realm init",
            "realm sequence",
            "realm relay",
            "realm watch",
            "realm publish",
            "realm unpublish",
            "realm delete",
            "realm lock",
            "realm locks",
            "definitions clear",
            "definitions check",
            "transpile init",
            "transpile get",
            "transpile put",
            "transpile run",
            "transpile tombstone",
            "transpile check",
            "transpile status",
            "transpile prune",
            "audit apply",
            "audit check",
            "audit drop",
            "audit suggest",
            "audit write",
            "audit latest",
            "audit status",
            "fts status",
            "fts defer",
            "fts restore",
            "fts run",
            "fts check",
            "fts rebuild",
            "fts tune",
            "mirror plan",
            "mirror backfill",
            "mirror verify",
            "mirror repair",
            "mirror status",
            "mirror follow",
            "top",
            "demo",
            "profile list",
            "profile show",
            "profile schema",
            "profile init",
            "doctor",
            "shell",
            "completion",
            "help",
            "version");

    private static final String DESCRIPTION =
            "Keeps derived data (caches, search indexes, mirrors) in step with its source.";

    public static final CommandTree TREE = new CommandTree(
            PATHS,
            Catalog::command,
            Catalog::description,
            "lockstep help TOPIC: " + String.join(", ", HelpTopics.NAMES) + ".");

    private Catalog() {}

    private static Command command(String path) {
        return switch (path) {
            case "realm broadcast" -> new BroadcastCommand();
            case "realm invalidate" -> new InvalidateCommand();
            case "realm listen" -> new ListenCommand();
            case "realm listeners" -> new ListenersCommand();
            case "realm init" -> new RealmInitCommand();
            case "realm sequence" -> new SequenceCommand();
            case "realm relay" -> new RelayCommand();
            case "realm watch" -> new WatchCommand();
            case "realm publish" -> new PublishCommand(PublishCommand.Verb.PUBLISH);
            case "realm unpublish" -> new PublishCommand(PublishCommand.Verb.UNPUBLISH);
            case "realm delete" -> new PublishCommand(PublishCommand.Verb.DELETE);
            case "realm lock" -> new LockCommand();
            case "realm locks" -> new LocksCommand();
            case "definitions clear" -> new DefinitionsClearCommand();
            case "definitions check" -> new DefinitionsCheckCommand();
            case "transpile init" -> new TranspileInitCommand();
            case "transpile get" -> new TranspileGetCommand();
            case "transpile put" -> new TranspilePutCommand();
            case "transpile run" -> new TranspileRunCommand();
            case "transpile tombstone" -> new TranspileTombstoneCommand();
            case "transpile check" -> new TranspileCheckCommand();
            case "transpile status" -> new TranspileStatusCommand();
            case "transpile prune" -> new TranspilePruneCommand();
            case "audit apply" -> new AuditIndexCommand(AuditIndexCommand.Verb.APPLY);
            case "audit check" -> new AuditIndexCommand(AuditIndexCommand.Verb.CHECK);
            case "audit drop" -> new AuditIndexCommand(AuditIndexCommand.Verb.DROP);
            case "audit suggest" -> new AuditSuggestCommand();
            case "audit write" -> new AuditWriteCommand();
            case "audit latest" -> new AuditLatestCommand();
            case "audit status" -> new AuditStatusCommand();
            case "fts status" -> new FtsStatusCommand();
            case "fts defer" -> new FtsDeferCommand();
            case "fts restore" -> new FtsRestoreCommand();
            case "fts run" -> new FtsRunCommand();
            case "fts check" -> new FtsCheckCommand();
            case "fts rebuild" -> new FtsRebuildCommand();
            case "fts tune" -> new FtsTuneCommand();
            case "mirror plan" -> new MirrorPlanCommand();
            case "mirror backfill" -> new MirrorBackfillCommand();
            case "mirror verify" -> new MirrorVerifyCommand();
            case "mirror repair" -> new MirrorRepairCommand();
            case "mirror status" -> new MirrorStatusCommand();
            case "mirror follow" -> new MirrorFollowCommand();
            case "top" -> new TopCommand();
            case "demo" -> new DemoCommand();
            case "profile list" -> new ProfileCommand(ProfileCommand.Verb.LIST);
            case "profile show" -> new ProfileCommand(ProfileCommand.Verb.SHOW);
            case "profile schema" -> new ProfileCommand(ProfileCommand.Verb.SCHEMA);
            case "profile init" -> new ProfileInitCommand();
            case "doctor" -> new DoctorCommand();
            case "shell" -> new ShellCommand();
            case "completion" -> new CompletionCommand();
            case "help" -> new HelpCommand();
            case "version" -> new VersionCommand();
            case NamesCommand.PATH -> new NamesCommand();
            default -> null;
        };
    }

    private static String description(String noun) {
        return switch (noun) {
            case "definitions" -> "Forget what is cached about modules, or check it.";
            case "profile" -> "Say what an application's databases look like.";
            case "realm" -> "Tell every replica what changed in a realm, and hear it.";
            case "transpile" -> "Share compiled modules among all replicas, and never a stale one.";
            case "audit" -> "Keep the queries of an audit log fast, and write it a generation at a time.";
            case "fts" -> "Defer and restore the triggers of SQLite full-text indexes.";
            case "mirror" -> "Keep a copy of SQLite tables in PostgreSQL, MariaDB or SQLite, and prove that it is one.";
            default -> DESCRIPTION;
        };
    }
}
