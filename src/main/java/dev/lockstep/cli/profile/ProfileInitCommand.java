package dev.lockstep.cli.profile;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.postgres.ServerReport;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.deferral.FtsProfileDraft;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep profile init}. */
public final class ProfileInitCommand implements Command {
    private static final Opt<String> NAME =
            Opt.text("NAME", "What to call the application. Unset: as the database.", "--name");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Look at a database and print the profile that describes it, for you to keep in a file. Nothing"
                                + " is written to the database.");
        Options.sqlite(spec);
        Options.postgres(spec);
        NAME.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        boolean sqlite = call.has(Options.DB)
                || call.databases().environment().get("LOCKSTEP_DB").isPresent();
        if (!sqlite && !call.has(Options.PG)) {
            throw LockstepException.usage("no database named", "give --db FILE, --pg URL, or both");
        }
        Map<String, Object> connections = new LinkedHashMap<>();
        Map<String, Object> sections = new LinkedHashMap<>();
        String name = null;
        if (call.has(Options.PG)) {
            PgTarget target = call.postgres();
            name = target.database();
            lookAt(target, call);
            connections.put("pg", call.get(Options.PG).orElseThrow());
        }
        if (sqlite) {
            name = nameOf(call.sqliteFile());
            connections.put("db", call.sqliteFile());
            lookAtSqlite(call, sections);
        }
        Map<String, Object> profile = new LinkedHashMap<>();
        profile.put("name", call.get(NAME).orElse(name));
        profile.put("description", "Made by lockstep profile init.");
        profile.put("connections", connections);
        profile.putAll(sections);
        return Result.unchanged(
                Map.of("profile", profile), List.of(Json.pretty(profile).stripTrailing()));
    }

    /** That the database can be reached is all that a profile says of PostgreSQL: lockstep's tables there are its own. */
    private static void lookAt(PgTarget target, Invocation call) {
        try (Db db = call.databases().postgres(target, call.session(Session.Use.READ))) {
            db.autocommit(ServerReport::read);
        }
    }

    private static void lookAtSqlite(Invocation call, Map<String, Object> sections) {
        try (Db db = call.sqlite(SqliteFiles.Access.READ)) {
            FtsProfileDraft draft = FtsProfileDraft.of(db);
            draft.section().ifPresent(section -> sections.put("fts", section));
            Optional<String> fits = draft.fits();
            fits.ifPresent(known -> call.output()
                    .warn("built-in", "this looks like the built-in profile " + known + ", which knows more of it"));
        }
    }

    private static String nameOf(String file) {
        String last = Path.of(file).getFileName().toString();
        int dot = last.lastIndexOf('.');
        return dot > 0 ? last.substring(0, dot) : last;
    }
}
