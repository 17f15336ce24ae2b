package dev.lockstep.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The tree of commands. Only what is asked for is built: the model of one leaf, not of all. */
final class Catalog {
    /** Every leaf, as it is typed, in the order in which help shows them. */
    private static final List<String> PATHS = List.of(
            "realm broadcast",
            "realm invalidate",
            "realm listen",
            "realm listeners",
            "realm publish",
            "realm unpublish",
            "realm delete",
            "realm lock",
            "realm locks",
            "definitions clear",
            "transpile init",
            "transpile get",
            "transpile put",
            "transpile run",
            "transpile tombstone",
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
            "mirror status",
            "mirror follow",
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

    private Catalog() {}

    static List<String> paths() {
        return PATHS;
    }

    /** A new command, or null if there is none of that name. */
    static Command command(String path) {
        return switch (path) {
            case "realm broadcast" -> new BroadcastCommand();
            case "realm invalidate" -> new InvalidateCommand();
            case "realm listen" -> new ListenCommand();
            case "realm listeners" -> new ListenersCommand();
            case "realm publish" -> new PublishCommand(PublishCommand.Verb.PUBLISH);
            case "realm unpublish" -> new PublishCommand(PublishCommand.Verb.UNPUBLISH);
            case "realm delete" -> new PublishCommand(PublishCommand.Verb.DELETE);
            case "realm lock" -> new LockCommand();
            case "realm locks" -> new LocksCommand();
            case "definitions clear" -> new DefinitionsClearCommand();
            case "transpile init" -> new TranspileInitCommand();
            case "transpile get" -> new TranspileGetCommand();
            case "transpile put" -> new TranspilePutCommand();
            case "transpile run" -> new TranspileRunCommand();
            case "transpile tombstone" -> new TranspileTombstoneCommand();
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
            case "mirror status" -> new MirrorStatusCommand();
            case "mirror follow" -> new MirrorFollowCommand();
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
            default -> null;
        };
    }

    /** The first words: {@code realm}, {@code fts}, {@code version}. */
    static Set<String> nouns() {
        Set<String> nouns = new LinkedHashSet<>();
        for (String path : PATHS) {
            nouns.add(path.split(" ", 2)[0]);
        }
        return nouns;
    }

    /** The second words after a first: {@code broadcast}, {@code listen}; empty for a leaf and for an unknown word. */
    static List<String> verbs(String noun) {
        List<String> verbs = new ArrayList<>();
        for (String path : PATHS) {
            if (path.startsWith(noun + " ")) {
                verbs.add(path.substring(noun.length() + 1));
            }
        }
        return verbs;
    }

    /** What the help of a noun says in one line. */
    static String description(String noun) {
        return switch (noun) {
            case "definitions" -> "Forget what is cached about modules.";
            case "profile" -> "Say what an application's databases look like.";
            case "realm" -> "Tell every replica what changed in a realm, and hear it.";
            case "transpile" -> "Share compiled modules among all replicas, and never a stale one.";
            case "audit" -> "Keep the queries of an audit log fast, and write it a generation at a time.";
            case "fts" -> "Defer and restore the triggers of SQLite full-text indexes.";
            case "mirror" -> "Keep a copy of SQLite tables in PostgreSQL, MariaDB or SQLite, and prove that it is one.";
            default -> DESCRIPTION;
        };
    }

    /** The model of one leaf, named by its whole path. */
    static CommandLine leaf(String path, Command command) {
        CommandSpec spec = CommandSpec.create().name("lockstep " + path);
        declare(spec, command);
        // They are expanded before the command is known.
        return new CommandLine(spec).setExpandAtFiles(false);
    }

    /** The whole tree, for whatever describes it: help, completion, man pages. */
    static CommandLine tree() {
        CommandSpec root = CommandSpec.create().name("lockstep");
        root.usageMessage().description(DESCRIPTION);
        root.usageMessage().footer("", "lockstep help TOPIC: " + String.join(", ", HelpTopics.NAMES) + ".");
        for (String noun : nouns()) {
            List<String> verbs = verbs(noun);
            CommandSpec spec = CommandSpec.create();
            if (verbs.isEmpty()) {
                declare(spec, command(noun));
            } else {
                spec.usageMessage().description(description(noun));
                for (String verb : verbs) {
                    CommandSpec leaf = CommandSpec.create();
                    declare(leaf, command(noun + " " + verb));
                    spec.addSubcommand(verb, new CommandLine(leaf));
                }
            }
            root.addSubcommand(noun, new CommandLine(spec));
        }
        return new CommandLine(root);
    }

    private static void declare(CommandSpec spec, Command command) {
        command.declare(spec);
        Options.common(spec);
        spec.usageMessage().sortOptions(false).abbreviateSynopsis(true);
    }
}
