package dev.lockstep.cli.option;

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
        JSONL
    }

    private Options() {}

    /** What every command takes. */
    public static void common(CommandSpec spec) {
        if (!spec.optionsMap().containsKey("--profile")) {
            profile(spec);
        }
        if (!spec.optionsMap().containsKey("--report")) {
            value(spec, "FILE", "Write the result as a JSON object to this file, too, all at once.", "--report");
        }
        value(
                spec,
                "FILE",
                "Write when and how this run ended to this file, for node_exporter's textfile collector.",
                "--metrics-file");
        value(
                spec,
                "fail|wait|skip",
                "What to do while another run of this command on the same thing is active: end with 6, wait (an hour, or"
                        + " as long as --lock-timeout says), or end with 0 at once. Unset: run beside it.",
                "--if-running");
        // 'transpile run' takes --output FILE, as the programs that it runs do.
        String[] output =
                spec.optionsMap().containsKey("--output") ? new String[] {"-o"} : new String[] {"-o", "--output"};
        spec.addOption(OptionSpec.builder(output)
                .type(String.class)
                .paramLabel("FORMAT")
                .description(
                        "Write the result as text (the default), json (one object) or jsonl (a stream of objects).")
                .build());
        flag(spec, "Short for -o json.", "--json");
        flag(spec, "Say nothing when all is well.", "-q", "--quiet");
        flag(spec, "Say more on standard error.", "-v", "--verbose");
        flag(spec, "Show the stack trace of an error.", "--debug");
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show what this command does and takes.")
                .build());
    }

    /** What a command that changes something takes. */
    public static void dryRun(CommandSpec spec) {
        flag(spec, "Show what would be done and do nothing.", "-n", "--dry-run");
    }

    /** What a command takes that asks before it does something large. */
    public static void yes(CommandSpec spec) {
        flag(spec, "Do not ask.", "-y", "--yes");
    }

    /** Where PostgreSQL is. */
    public static void postgres(CommandSpec spec) {
        value(
                spec,
                "URL",
                "PostgreSQL: postgresql://user@host:port/db?sslmode=..., host=... dbname=..., jdbc:postgresql:...,"
                        + " service=NAME, or embedded. Unset: LOCKSTEP_PG, the profile, then the PG*"
                        + " variables; if nothing is set, embedded for a person at a terminal, and an error else.",
                "--pg");
        value(spec, "FILE", "Read the password from this file, which nobody else may read.", "--password-file");
    }

    /** Where the SQLite database is, and how long to wait for it. */
    public static void sqlite(CommandSpec spec) {
        value(spec, "FILE", "The SQLite database. It must exist. Unset: LOCKSTEP_DB.", "--db");
        duration(spec, "How long to wait while another process holds the database (default 30s).", "--lock-timeout");
        flag(spec, "Also where it is in WAL mode on NFS or another network's file system.", "--allow-network-fs");
    }

    /** Which application's tables are meant. */
    public static void profile(CommandSpec spec) {
        value(
                spec,
                "NAME|FILE",
                "The application's tables: boxel, cadt-v1, cadt-v2, or a JSON file. Unset: LOCKSTEP_PROFILE.",
                "--profile");
    }

    public static void flag(CommandSpec spec, String description, String... names) {
        spec.addOption(OptionSpec.builder(names[0], rest(names))
                .type(boolean.class)
                .description(verbatim(description))
                .build());
    }

    public static void value(CommandSpec spec, String label, String description, String... names) {
        spec.addOption(OptionSpec.builder(names[0], rest(names))
                .type(String.class)
                .paramLabel(label)
                .description(verbatim(description))
                .build());
    }

    /** An option that may be given several times. */
    public static void values(CommandSpec spec, String label, String description, String... names) {
        spec.addOption(OptionSpec.builder(names[0], rest(names))
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(label)
                .description(verbatim(description))
                .build());
    }

    public static void duration(CommandSpec spec, String description, String... names) {
        spec.addOption(OptionSpec.builder(names[0], rest(names))
                .type(Duration.class)
                .converters(new Durations())
                .paramLabel("D")
                .description(verbatim(description))
                .build());
    }

    /** A whole number of at least one. */
    public static void count(CommandSpec spec, String description, String... names) {
        spec.addOption(OptionSpec.builder(names[0], rest(names))
                .type(Integer.class)
                .converters(new PositiveNumber())
                .paramLabel("N")
                .description(verbatim(description))
                .build());
    }

    /** A whole number from 0. */
    public static void number(CommandSpec spec, String description, String... names) {
        spec.addOption(OptionSpec.builder(names[0], rest(names))
                .type(Long.class)
                .converters(new NaturalNumber())
                .paramLabel("N")
                .description(verbatim(description))
                .build());
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
                .description(verbatim(description))
                .build());
    }

    /** picocli takes descriptions for format strings. */
    private static String verbatim(String description) {
        return description.replace("%", "%%");
    }

    private static String[] rest(String... names) {
        return java.util.Arrays.copyOfRange(names, 1, names.length);
    }
}
