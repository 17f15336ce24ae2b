package dev.lockstep.cli.kit;

import dev.lockstep.cli.option.Options.Format;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** One run of a command: what was asked for, where to say the answer, and how to reach databases. */
public final class Invocation {
    private static final List<String> FORMATS = List.of("text", "json", "jsonl");

    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);

    /** What the database is called where it is a parameter. */
    public static final String SQLITE_FILE = "FILE";

    private final Program program;
    private final String path;
    private final ParseResult parsed;
    private final Databases databases;
    private final Output output;
    private final InputStream in;
    private Optional<Profile> profile;

    public Invocation(
            Program program, String path, ParseResult parsed, Databases databases, Output output, InputStream in) {
        this.program = program;
        this.path = path;
        this.parsed = parsed;
        this.databases = databases;
        this.output = output;
        this.in = in;
    }

    public Program program() {
        return program;
    }

    /** The command's name as it is typed: {@code realm broadcast}. */
    public String path() {
        return path;
    }

    public Output output() {
        return output;
    }

    public Databases databases() {
        return databases;
    }

    public InputStream in() {
        return in;
    }

    /** Whether the option was given. An option that the command does not have was not. */
    public boolean flag(String name) {
        return parsed.hasMatchedOption(name);
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(parsed.<String>matchedOptionValue(name, null));
    }

    public List<String> texts(String name) {
        return parsed.matchedOptionValue(name, List.<String>of());
    }

    public Optional<Duration> duration(String name) {
        return Optional.ofNullable(parsed.<Duration>matchedOptionValue(name, null));
    }

    public Optional<Integer> count(String name) {
        return Optional.ofNullable(parsed.<Integer>matchedOptionValue(name, null));
    }

    public Optional<Long> number(String name) {
        return Optional.ofNullable(parsed.<Long>matchedOptionValue(name, null));
    }

    public List<String> parameters() {
        return parsed.matchedPositionals().isEmpty() ? List.of() : parsed.matchedPositionalValue(0, List.<String>of());
    }

    /** Whether the command has such an option, given or not. */
    boolean takes(String option) {
        return parsed.commandSpec().findOption(option) != null;
    }

    /** What the option was given, each time; none for a flag. */
    List<String> values(String option) {
        Object value = flag(option) ? parsed.matchedOptionValue(option, null) : null;
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).toList();
        }
        return value == null || value instanceof Boolean ? List.of() : List.of(value.toString());
    }

    /** The same as one text, with commas; empty for a flag. */
    Optional<String> given(String option) {
        List<String> values = values(option);
        return values.isEmpty() ? Optional.empty() : Optional.of(String.join(",", values));
    }

    List<PositionalParamSpec> positionals() {
        return parsed.commandSpec().positionalParameters();
    }

    /** The SQLite database, if this command takes it as a parameter and was given one. */
    Optional<String> positionalDatabase() {
        boolean takes = takes("--db")
                && positionals().stream().anyMatch(one -> one.paramLabel().equals("[" + SQLITE_FILE + "]"));
        return takes ? parameters().stream().findFirst() : Optional.empty();
    }

    /** The SQLite database, if it was named by the command line or LOCKSTEP_DB. */
    Optional<String> namedDatabase() {
        return takes("--db")
                ? text("--db")
                        .or(this::positionalDatabase)
                        .or(() -> databases.environment().get("LOCKSTEP_DB"))
                : Optional.empty();
    }

    /** What makes the commands in what is advised whole. */
    public Advice advice() {
        return Advice.of(this);
    }

    public boolean dryRun() {
        return flag("--dry-run");
    }

    /**
     * Asks before something large or destructive, unless {@code --yes} was given or nothing will be done.
     *
     * @throws LockstepException refused: the answer is no, or there is nobody to ask
     */
    public void confirm(String what) {
        if (flag("--yes") || dryRun()) {
            return;
        }
        if (!isAttended()) {
            throw LockstepException.refused(what + ": there is no terminal to ask", "add --yes if that is meant");
        }
        output.ask(what + "? [y/N] ");
        if (!answer().startsWith("y")) {
            throw LockstepException.refused("not confirmed; nothing was done", null);
        }
    }

    /** Whether a person is at a terminal, who can be told and asked. */
    public static boolean isAttended() {
        String terminals = System.getProperty("lockstep.tty", "");
        return terminals.contains("0") && terminals.contains("2");
    }

    private String answer() {
        StringBuilder line = new StringBuilder();
        try {
            for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
                line.append((char) c);
            }
        } catch (IOException e) {
            throw LockstepException.refused("no answer: " + e.getMessage(), "add --yes if that is meant");
        }
        return line.toString().strip().toLowerCase(Locale.ROOT);
    }

    /**
     * How the outcome is to be printed.
     *
     * @throws LockstepException usage: the format is unknown
     */
    public Format format() {
        return flag("--json")
                ? Format.JSON
                : text("-o")
                        .or(() -> text("--output").filter(FORMATS::contains))
                        .map(Invocation::format)
                        .orElse(Format.TEXT);
    }

    /** The file that {@code --output} names where it is not a format. */
    public Optional<String> outputFile() {
        return text("--output").filter(name -> !FORMATS.contains(name));
    }

    /**
     * The format of that name.
     *
     * @throws LockstepException usage: the format is unknown
     */
    public static Format format(String name) {
        return switch (name) {
            case "text" -> Format.TEXT;
            case "json" -> Format.JSON;
            case "jsonl" -> Format.JSONL;
            default -> throw LockstepException.usage("unknown format '" + name + "'", "-o takes text, json or jsonl");
        };
    }

    public Duration lockTimeout() {
        return duration("--lock-timeout").orElse(LOCK_TIMEOUT);
    }

    /**
     * The database as it was named: by {@code --db}, by a parameter where the command takes it as one, by LOCKSTEP_DB or
     * by the profile.
     *
     * @throws LockstepException usage: it is named twice, or not at all
     */
    public String sqliteFile() {
        return sqliteFile(parameters().stream().findFirst());
    }

    /** The same for a command whose parameters are something else. */
    public String sqliteFile(Optional<String> parameter) {
        if (parameter.isPresent() && text("--db").isPresent()) {
            throw LockstepException.usage(
                    "the database is named twice: " + text("--db").get() + ", " + parameter.get(), null);
        }
        return text("--db")
                .or(() -> parameter)
                .or(() -> databases.environment().get("LOCKSTEP_DB"))
                .or(() -> profile().flatMap(named -> named.connections().db()))
                .orElseThrow(() -> LockstepException.usage("no database named", "give --db FILE, or set LOCKSTEP_DB"));
    }

    /** The libraries that SQLite is to load. */
    public List<Path> extensions() {
        return takes("--load-extension")
                ? texts("--load-extension").stream().map(Invocation::file).toList()
                : List.of();
    }

    /**
     * Opens {@link #sqliteFile()}; a dry run gets it read-only.
     *
     * @throws LockstepException refused: it is in WAL mode on a file system that machines share
     */
    public Db sqlite(SqliteFiles.Access access) {
        Path file = file(sqliteFile());
        Db db = databases.sqlite(
                file,
                dryRun() && access == SqliteFiles.Access.WRITE ? SqliteFiles.Access.READ : access,
                lockTimeout(),
                extensions());
        Optional<String> shared = flag("--allow-network-fs") ? Optional.empty() : SqliteFiles.sharedFileSystem(file);
        if (shared.isPresent()) {
            db.close();
            throw LockstepException.refused(
                    file + " is in WAL mode on a file system of kind " + shared.get()
                            + ", where another machine's writes are not seen",
                    "run lockstep where the application runs; --allow-network-fs if no other machine has the file open");
        }
        return db;
    }

    /**
     * The PostgreSQL that {@code --pg}, LOCKSTEP_PG, the profile or the PG variables mean; what is odd about the description is
     * said. The embedded one is it for who names it, and for a person at a terminal, who is told.
     *
     * @throws LockstepException usage: the description is wrong, or there is none
     */
    public PgTarget postgres() {
        PgTarget target = describedPostgres();
        if (!target.isNamed() && !isAttended()) {
            throw noPostgres();
        }
        for (String warning : target.warnings()) {
            output.warn("connection", warning);
        }
        if (!target.isNamed()) {
            output.warn("embedded", "no PostgreSQL named; using the embedded one");
        }
        if (target.embedded()) {
            databases.onProgress(output::message);
        }
        return target;
    }

    /**
     * The same for who does not connect: nothing is said, and there may be none.
     *
     * @throws LockstepException usage: the description is wrong
     */
    public PgTarget describedPostgres() {
        return PgTarget.resolve(
                text("--pg").orElse(null),
                PgTarget.Sources.of(databases.environment())
                        .withProfileUrl(
                                profile().flatMap(named -> named.connections().pg()))
                        .withPasswordFile(text("--password-file").map(Invocation::file)));
    }

    private static LockstepException noPostgres() {
        return LockstepException.usage(
                "no PostgreSQL named",
                "give --pg URL, or set LOCKSTEP_PG or PGHOST; --pg embedded is one that lockstep starts itself");
    }

    /** How this command's connections introduce themselves. */
    public Session session(Session.Use use) {
        Session session = Session.of("lockstep " + path, dryRun() && use == Session.Use.WRITE ? Session.Use.READ : use);
        return duration("--lock-timeout").map(session::withLockTimeout).orElse(session);
    }

    /** The application that {@code --profile} or LOCKSTEP_PROFILE names, if one does. */
    public Optional<Profile> profile() {
        if (profile == null) {
            profile = text("--profile")
                    .or(() -> databases.environment().get("LOCKSTEP_PROFILE"))
                    .map(Profile::load);
        }
        return profile;
    }

    /**
     * A file by its name.
     *
     * @throws LockstepException usage: no file can have that name
     */
    public static Path file(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw LockstepException.usage("not a file name: " + name + ": " + e.getReason(), null);
        }
    }
}
