package dev.lockstep.cli.top;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Targets;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The databases of one application. */
record TopSource(
        String label, Optional<Profile> profile, Optional<Path> db, Optional<PgTarget> pg, Optional<DbTarget> to) {
    /**
     * Those that the command line means: each profile that it names, or what its options and variables say.
     *
     * @throws LockstepException usage: there is none, or one is described wrongly
     */
    static List<TopSource> of(Invocation call) {
        List<TopSource> sources = new ArrayList<>();
        for (String name : call.parameters()) {
            Profile profile = Profile.load(name);
            Profile.Connections connections = profile.connections();
            sources.add(of(call, name, Optional.of(profile), connections.db(), connections.pg(), connections.to()));
        }
        if (sources.isEmpty()) {
            Environment environment = call.databases().environment();
            Profile.Connections named = call.profile()
                    .map(Profile::connections)
                    .orElse(new Profile.Connections(Optional.empty(), Optional.empty(), Optional.empty()));
            Optional<String> db = call.get(Options.DB)
                    .or(() -> environment.get("LOCKSTEP_DB"))
                    .or(named::db);
            Optional<String> to = call.get(Options.TO)
                    .or(() -> environment.get("LOCKSTEP_TO"))
                    .or(named::to);
            TopSource source = of(call, "", call.profile(), db, Optional.empty(), to);
            Optional<PgTarget> pg = Optional.of(call.describedPostgres()).filter(PgTarget::isNamed);
            sources.add(new TopSource("", source.profile, source.db, pg, source.to));
        }
        if (sources.stream().allMatch(TopSource::isEmpty)) {
            throw LockstepException.usage(
                    "nothing to look at", "give --db FILE, --pg URL, --to URL, or profiles that name connections");
        }
        return sources;
    }

    private static TopSource of(
            Invocation call,
            String label,
            Optional<Profile> profile,
            Optional<String> db,
            Optional<String> pg,
            Optional<String> to) {
        Environment environment = call.databases().environment();
        return new TopSource(
                label,
                profile,
                db.map(Invocation::file),
                pg.map(url -> PgTarget.resolve(url, Options.sources(environment))),
                to.map(url -> Targets.resolve(
                        url, Options.sources(environment).called("--to", Options.PASSWORD_FILE.name()))));
    }

    private boolean isEmpty() {
        return db.isEmpty() && pg.isEmpty() && to.isEmpty();
    }
}
