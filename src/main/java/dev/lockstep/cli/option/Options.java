package dev.lockstep.cli.option;

import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The options that mean the same everywhere, and how any other is declared.
 *
 * <p>Commands are declared by calls, not by annotations: reading annotations through reflection costs a short command
 * a third of its start-up.
 */
public final class Options {
    /** What may follow {@code -o}. */
    public enum Format {
        TEXT,
        JSON,
        JSONL;

        /**
         * The format of that name.
         *
         * @throws LockstepException usage: there is none
         */
        public static Format of(String name) {
            return switch (name) {
                case "text" -> TEXT;
                case "json" -> JSON;
                case "jsonl" -> JSONL;
                default ->
                    throw LockstepException.usage("unknown format '" + name + "'", "-o takes text, json or jsonl");
            };
        }
    }

    /** Which application's tables are meant. */
    public static final Opt<String> PROFILE = Opt.text(
            "NAME|FILE",
            "The application's tables: boxel, cadt-v1, cadt-v2, or a JSON file. Unset: LOCKSTEP_PROFILE.",
            "--profile");

    public static final Opt<String> REPORT =
            Opt.text("FILE", "Write the result as a JSON object to this file, too, all at once.", "--report");

    public static final Opt<String> METRICS_FILE = Opt.text(
            "FILE",
            "Write when and how this run ended to this file, for node_exporter's textfile collector.",
            "--metrics-file");

    public static final Opt<String> IF_RUNNING = Opt.text(
            "fail|wait|skip",
            "What to do while another run of this command on the same thing is active: end with 6, wait (an hour, or"
                    + " as long as --lock-timeout says), or end with 0 at once. Unset: run beside it.",
            "--if-running");

    public static final Opt<String> FORMAT = Opt.text(
            "FORMAT",
            "Write the result as text (the default), json (one object) or jsonl (a stream of objects).",
            "-o",
            "--output");

    /** {@code transpile run} takes this in place of {@code --output FORMAT}, as the programs that it runs do. */
    public static final Opt<String> OUTPUT_FILE = Opt.text(
            "FILE|DIR/",
            "The artifact is this file, which the command writes, and not what it prints; a hit writes it, too. Of a folder,"
                    + " which is there or ends with a slash, it is all that is in it when the command has ended, as a tar archive.",
            "--output");

    public static final Opt<Boolean> JSON = Opt.flag("Short for -o json.", "--json");
    public static final Opt<Boolean> QUIET = Opt.flag("Say nothing when all is well.", "-q", "--quiet");
    public static final Opt<Boolean> VERBOSE = Opt.flag("Say more on standard error.", "-v", "--verbose");
    public static final Opt<Boolean> DEBUG = Opt.flag("Show the stack trace of an error.", "--debug");

    public static final Opt<String> COLOR = Opt.text(
            "WHEN",
            "Colours for what failed and what to look at: auto (the default: on a terminal, if NO_COLOR is not set), always,"
                    + " never.",
            "--color");

    /** What a command that changes something takes. */
    public static final Opt<Boolean> DRY_RUN = Opt.flag("Show what would be done and do nothing.", "-n", "--dry-run");

    /** What a command takes that asks before it does something large. */
    public static final Opt<Boolean> YES = Opt.flag("Do not ask.", "-y", "--yes");

    public static final Opt<String> PG = Opt.text(
            "URL",
            "PostgreSQL: postgresql://user@host:port/db?sslmode=..., host=... dbname=..., jdbc:postgresql:...,"
                    + " service=NAME, or embedded. Unset: LOCKSTEP_PG, the profile, then the PG*"
                    + " variables; if nothing is set, embedded for a person at a terminal, and an error else.",
            "--pg");

    public static final Opt<String> PASSWORD_FILE =
            Opt.text("FILE", "Read the password from this file, which nobody else may read.", "--password-file");

    public static final Opt<String> DB =
            Opt.text("FILE", "The SQLite database. It must exist. Unset: LOCKSTEP_DB.", "--db");

    public static final Opt<Duration> LOCK_TIMEOUT =
            Opt.duration("How long to wait while another process holds the database (default 30s).", "--lock-timeout");

    public static final Opt<Boolean> ALLOW_NETWORK_FS =
            Opt.flag("Also where it is in WAL mode on NFS or another network's file system.", "--allow-network-fs");

    /** The other database: a mirror, or where an audit log is. */
    public static final Opt<String> TO = Opt.text(
            "URL",
            "The mirror: a PostgreSQL URL, mariadb://user@host:port/db, mysql://... or sqlite:FILE. Unset:"
                    + " LOCKSTEP_TO.",
            "--to");

    /** The libraries that a command has SQLite load, if it takes them. */
    public static final Opt<List<String>> LOAD_EXTENSION = Opt.texts(
            "FILE",
            "Have SQLite load this library first: the tokenizer, functions or collations that the application's own"
                    + " SQLite has. It runs as this user. Repeatable. Unset: nothing is loaded.",
            "--load-extension");

    /** The second database that {@code audit write} writes to. */
    public static final Opt<String> MIRROR = Opt.text(
            "URL",
            "Write the same generations, with the same ids, to this database too. If it fails, the rest is written,"
                    + " what it lacks is recorded, and the next run sends it.",
            "--mirror");

    private static final List<Opt<?>> CONNECTION =
            List.of(PG, DB, TO, PASSWORD_FILE, LOCK_TIMEOUT, ALLOW_NETWORK_FS, LOAD_EXTENSION);

    private static final List<Opt<?>> COMMON = List.of(
            PROFILE, REPORT, METRICS_FILE, IF_RUNNING, FORMAT, JSON, COLOR, QUIET, VERBOSE, DEBUG, DRY_RUN, YES);

    private Options() {}

    /** Whether it says where a database is or how to reach it, as it does everywhere. */
    public static boolean isConnection(OptionSpec option) {
        return option.longestName().equals(PASSWORD_FILE.name())
                || CONNECTION.stream().anyMatch(one -> one.isPlainly(option));
    }

    /** Whether it means the same to every command that has it, and is about how the command runs and talks. */
    public static boolean isCommon(OptionSpec option) {
        return option.usageHelp() || COMMON.stream().anyMatch(one -> one.isPlainly(option));
    }

    /** Whether it means the same everywhere. */
    public static boolean isEverywhere(OptionSpec option) {
        return isConnection(option) || isCommon(option);
    }

    /** Where a PostgreSQL may be described, called as the options are. */
    public static TargetSources sources(Environment environment) {
        return TargetSources.of(environment).called(PG.name(), PASSWORD_FILE.name());
    }

    /** Declares options in the order in which help shows them. */
    public static void add(CommandSpec spec, Opt<?>... options) {
        for (Opt<?> option : options) {
            option.addTo(spec);
        }
    }

    /** What every command takes. */
    public static void common(CommandSpec spec) {
        if (!PROFILE.isDeclared(spec)) {
            PROFILE.addTo(spec);
        }
        if (!REPORT.isDeclared(spec)) {
            REPORT.addTo(spec);
        }
        add(spec, METRICS_FILE, IF_RUNNING);
        (OUTPUT_FILE.isDeclared(spec) ? FORMAT.named("-o") : FORMAT).addTo(spec);
        add(spec, JSON, COLOR, QUIET, VERBOSE, DEBUG);
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show what this command does and takes.")
                .build());
    }

    /** Where PostgreSQL is. */
    public static void postgres(CommandSpec spec) {
        add(spec, PG, PASSWORD_FILE);
    }

    /** Where the SQLite database is, and how long to wait for it. */
    public static void sqlite(CommandSpec spec) {
        add(spec, DB, LOCK_TIMEOUT, ALLOW_NETWORK_FS);
    }

    /**
     * Declares what a command takes besides options.
     *
     * @param arity as picocli writes it: {@code 0..1}, {@code 1}, {@code 1..*}
     */
    public static void parameters(CommandSpec spec, String label, String arity, String description) {
        spec.addPositional(PositionalParamSpec.builder()
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity(arity)
                .required(!arity.startsWith("0"))
                .index(arity.endsWith("1") ? "0" : "0..*")
                .paramLabel(
                        switch (arity) {
                            case "0..1" -> "[" + label + "]";
                            case "0..*" -> "[" + label + "]...";
                            case "1..*" -> label + "...";
                            default -> label;
                        })
                .hideParamSyntax(true)
                .description(Opt.verbatim(description))
                .build());
    }
}
