package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.Tx;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.invalidate.Definitions;
import dev.lockstep.realm.invalidate.Definitions.Cleared;
import dev.lockstep.realm.invalidate.Definitions.Unmatched;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ShellWord;
import dev.lockstep.transpile.schema.HiddenTables;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep definitions clear}. */
public final class DefinitionsClearCommand implements Command {
    private static final Opt<List<String>> MODULE = Opt.texts(
            "URL",
            "A module, as a whole URL or relative to the realm, with or without extension. Repeatable.",
            "--module");
    private static final Opt<Boolean> ALL = Opt.flag("All definitions of all realms.", "--all");
    private static final Opt<Boolean> ERRORS = Opt.flag(
            "Only definitions that hold an error: modules that could not be read when somebody looked.", "--errors");

    private static final Duration STATEMENT = Duration.ofMinutes(1);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Delete cached module definitions and tell every replica, in one transaction: those of a"
                        + " realm, of single modules with all that depends on them in the realm, or all there are. Done"
                        + " again, it tells them again.");
        Options.parameters(spec, "URL", "0..1", "The realm, as http://host:port/path/.");
        Options.add(spec, MODULE, ALL, ERRORS, Options.YES);
        Options.postgres(spec);
        Options.DRY_RUN.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        RealmUrl realm = realm(call);
        List<String> modules = realm == null ? List.of() : modules(realm, call);
        Function<Tx, Cleared> work = work(realm, modules, call);
        PgTarget target = call.postgres();
        Session session = call.session(call.dryRun() ? Session.Use.READ : Session.Use.WRITE)
                .withStatementTimeout(STATEMENT);
        try (Db db = call.databases().postgres(target, session)) {
            if (realm != null) {
                RealmArguments.checkRecipients(db, List.of(realm), call);
            }
            List<Unmatched> unmatched = new ArrayList<>();
            Cleared cleared = db.transact(tx -> {
                requireTable(tx, realm);
                unmatched.clear();
                unmatched.addAll(Definitions.unmatched(tx, realm, modules));
                return work.apply(tx);
            });
            return result(cleared, unmatched, call);
        }
    }

    private static Result result(Cleared cleared, List<Unmatched> unmatched, Invocation call) {
        String definitions = Count.of(cleared.deleted(), "definition");
        String notifications = Count.of(cleared.payloads().size(), "notification");
        for (Unmatched module : unmatched) {
            call.output()
                    .warn(
                            "unknown-module",
                            "no definition of " + module.url() + ", nor of what imports it"
                                    + module.nearest()
                                            .map(near -> "; did you mean " + near + "?")
                                            .orElse(""));
        }
        return new Result(
                (unmatched.isEmpty() ? ExitCode.OK : ExitCode.DIFFERS).status(),
                call.dryRun() ? Result.Change.UNCHANGED : Result.Change.CHANGED,
                data(cleared.deleted(), cleared.payloads()),
                List.of(
                        call.dryRun()
                                ? "would delete " + definitions + " and send " + notifications
                                : definitions + " deleted, " + notifications + " sent"));
    }

    /**
     * Requires the table of definitions.
     *
     * @param realm null for all of them
     * @throws LockstepException refused: there are no definitions in this database
     */
    static void requireTable(Tx tx, RealmUrl realm) {
        if (!Definitions.isPresent(tx)) {
            HiddenTables.check(tx, "modules");
            throw LockstepException.refused(
                    "this database has no table modules, so no definitions",
                    realm == null
                            ? "invalidations of a realm do with whatever there is"
                            : "'lockstep realm invalidate " + ShellWord.quote(realm.value())
                                    + "' does with whatever there is");
        }
    }

    /** Null for all of them. */
    private static RealmUrl realm(Invocation call) {
        boolean all = call.has(ALL);
        if (all != call.parameters().isEmpty() || (all && call.has(MODULE))) {
            throw LockstepException.usage(
                    all ? "--all excludes a realm and --module" : "no realm given",
                    "name a realm, or --all for all of them");
        }
        return all ? null : RealmArguments.read(call.parameters().get(0), "taken", call.output());
    }

    private static List<String> modules(RealmUrl realm, Invocation call) {
        if (call.has(ERRORS) && call.has(MODULE)) {
            throw LockstepException.usage(
                    "--errors excludes --module", "without --errors, a module's errors go with it");
        }
        List<String> modules = new ArrayList<>();
        for (String named : call.all(MODULE)) {
            modules.add(RealmPath.read(realm, named).url());
        }
        return modules;
    }

    private static Function<Tx, Cleared> work(RealmUrl realm, List<String> modules, Invocation call) {
        if (call.has(ERRORS)) {
            Optional<RealmUrl> within = Optional.ofNullable(realm);
            if (within.isEmpty()) {
                call.confirm("delete the definitions of all realms that hold an error");
            }
            return call.dryRun() ? tx -> Definitions.planErrors(tx, within) : tx -> Definitions.errors(tx, within);
        }
        if (realm == null) {
            call.confirm("delete the definitions of all realms");
            return call.dryRun() ? Definitions::planAll : Definitions::all;
        }
        if (call.dryRun()) {
            return modules.isEmpty()
                    ? tx -> Definitions.planRealm(tx, realm)
                    : tx -> Definitions.planModules(tx, realm, modules);
        }
        return modules.isEmpty() ? tx -> Definitions.realm(tx, realm) : tx -> Definitions.modules(tx, realm, modules);
    }

    private static Map<String, Object> data(long deleted, List<String> payloads) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("deleted", deleted);
        data.put("payloads", payloads);
        return data;
    }
}
