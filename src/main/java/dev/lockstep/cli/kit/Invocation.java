package dev.lockstep.cli.kit;

import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.option.Options.Format;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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

    /**
     * What an option was given.
     *
     * @throws IllegalStateException the command does not declare the option
     */
    public <T> Optional<T> get(Opt<T> option) {
        return option.in(parsed);
    }

    /**
     * What an option was given, each time; empty if it was not.
     *
     * @throws IllegalStateException the command does not declare the option
     */
    public <T> List<T> all(Opt<List<T>> option) {
        return get(option).orElse(List.of());
    }

    /**
     * Whether an option was given.
     *
     * @throws IllegalStateException the command does not declare the option
     */
    public boolean has(Opt<?> option) {
        return get(option).isPresent();
    }

    /** What an option was given, in what serves commands that have it and commands that have not. */
    public <T> Optional<T> find(Opt<T> option) {
        return takes(option) ? get(option) : Optional.empty();
    }

    /** What was typed behind the command's name. */
    List<String> words() {
        return parsed.originalArgs();
    }

    public List<String> parameters() {
        return parsed.matchedPositionals().isEmpty() ? List.of() : parsed.matchedPositionalValue(0, List.<String>of());
    }

    /** Whether the option was given, if the command has it. */
    boolean isGiven(String option) {
        return parsed.hasMatchedOption(option);
    }

    /** Whether the command has such an option, given or not. */
    boolean takes(Opt<?> option) {
        return option.isDeclared(parsed.commandSpec());
    }

    /** What the option was given, each time; none for a flag. */
    List<String> values(String option) {
        Object value = isGiven(option) ? parsed.matchedOptionValue(option, null) : null;
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
        boolean takes = takes(Options.DB)
                && positionals().stream().anyMatch(one -> one.paramLabel().equals("[" + SQLITE_FILE + "]"));
        return takes ? parameters().stream().findFirst() : Optional.empty();
    }

    /** The SQLite database, if it was named by the command line or LOCKSTEP_DB. */
    Optional<String> namedDatabase() {
        if (!takes(Options.DB)) {
            return Optional.empty();
        }
        Optional<String> argument = find(Options.DB).or(this::positionalDatabase);
        return argument.or(() -> databases.environment().get("LOCKSTEP_DB"));
    }

    /** What makes the commands in what is advised whole. */
    public Advice advice() {
        return Advice.of(this);
    }

    public boolean dryRun() {
        return find(Options.DRY_RUN).isPresent();
    }

    /**
     * Asks before something large or destructive, unless {@code --yes} was given or nothing will be done.
     *
     * @throws LockstepException refused: the answer is no, or there is nobody to ask
     */
    public void confirm(String what) {
        if (!has(Options.YES) && !dryRun()) {
            new Confirmation(output, in).ask(what);
        }
    }

    /**
     * How the outcome is to be printed.
     *
     * @throws LockstepException usage: the format is unknown
     */
    public Format format() {
        return has(Options.JSON)
                ? Format.JSON
                : get(Options.FORMAT)
                        .or(() -> find(Options.OUTPUT_FILE).filter(FORMATS::contains))
                        .map(Format::of)
                        .orElse(Format.TEXT);
    }

    /** The file that {@code --output} names where it is not a format. */
    public Optional<String> outputFile() {
        return get(Options.OUTPUT_FILE).filter(name -> !FORMATS.contains(name));
    }

    public Duration lockTimeout() {
        return get(Options.LOCK_TIMEOUT).orElse(LOCK_TIMEOUT);
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
        if (parameter.isPresent() && get(Options.DB).isPresent()) {
            throw LockstepException.usage(
                    "the database is named twice: " + get(Options.DB).get() + ", " + parameter.get(), null);
        }
        return get(Options.DB)
                .or(() -> parameter)
                .or(() -> databases.environment().get("LOCKSTEP_DB"))
                .or(() -> profile().flatMap(named -> named.connections().db()))
                .orElseThrow(() -> LockstepException.usage("no database named", "give --db FILE, or set LOCKSTEP_DB"));
    }

    /** The libraries that SQLite is to load. */
    public List<Path> extensions() {
        return find(Options.LOAD_EXTENSION).orElse(List.of()).stream()
                .map(Invocation::file)
                .toList();
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
        Optional<String> shared = has(Options.ALLOW_NETWORK_FS) ? Optional.empty() : SqliteFiles.sharedFileSystem(file);
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
        return PostgresArgument.announced(this);
    }

    /**
     * The same for who does not connect: nothing is said, and there may be none.
     *
     * @throws LockstepException usage: the description is wrong
     */
    public PgTarget describedPostgres() {
        return PostgresArgument.described(this);
    }

    /** How this command's connections introduce themselves. */
    public Session session(Session.Use use) {
        Session session = Session.of("lockstep " + path, dryRun() && use == Session.Use.WRITE ? Session.Use.READ : use);
        return find(Options.LOCK_TIMEOUT).map(session::withLockTimeout).orElse(session);
    }

    /** The application that {@code --profile} or LOCKSTEP_PROFILE names, if one does. */
    public Optional<Profile> profile() {
        if (profile == null) {
            profile = get(Options.PROFILE)
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
