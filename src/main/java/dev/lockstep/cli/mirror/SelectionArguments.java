package dev.lockstep.cli.mirror;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.profile.MirrorProfile;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** Which tables, rows and columns the {@code mirror} commands are about: as options say, else as the profile does. */
final class SelectionArguments {
    static final Opt<List<String>> TABLE = Opt.texts(
            "PATTERN",
            "A table, or with * and ? those whose names match. Repeatable. None: those of the profile, or all.",
            "--table");
    private static final Opt<List<String>> EXCLUDE =
            Opt.texts("PATTERN", "Leave out a table, or those whose names match. Repeatable.", "--exclude");
    private static final Opt<List<String>> RENAME =
            Opt.texts("A=B", "The mirror calls the table A of the source B. Repeatable.", "--rename");
    private static final Opt<List<String>> WHERE = Opt.texts(
            "TABLE=SQL",
            "Of a table, only the rows for which this condition of SQLite holds; the mirror is to have no others. Repeatable.",
            "--where");
    private static final Opt<List<String>> COLUMNS = Opt.texts(
            "TABLE=A,B", "Of a table, only these columns, those of its key among them. Repeatable.", "--columns");

    private static final Opt<List<String>> TYPE = Opt.texts(
            "TABLE.COLUMN=TYPE",
            "Make a column of this type of the mirror's database; or read its values as \"timestamp from unix\", \"timestamp"
                    + " from unixms\", \"timestamp from julian\" or \"boolean from t/f\". Repeatable.",
            "--type");

    private SelectionArguments() {}

    static void declare(CommandSpec spec) {
        Options.add(spec, TABLE, EXCLUDE, RENAME, WHERE, COLUMNS, TYPE);
        UnfitArguments.declare(spec);
    }

    static Selection of(Invocation call) {
        MirrorProfile profile = call.profile().map(known -> known.mirror()).orElse(MirrorProfile.ALL);
        Map<String, List<String>> columns = new LinkedHashMap<>(profile.columns());
        pairs(call, COLUMNS, Map.of()).forEach((table, names) -> columns.put(table, names(names)));
        List<String> named = call.all(TABLE);
        List<String> excluded = new ArrayList<>(call.all(EXCLUDE));
        if (named.isEmpty()) {
            excluded.addAll(profile.excluded());
        }
        return new Selection(
                named.isEmpty() ? profile.tables() : named,
                excluded,
                pairs(call, RENAME, profile.renamed()),
                pairs(call, WHERE, profile.where()),
                types(call, profile),
                columns,
                UnfitArguments.values(call));
    }

    private static Map<String, String> types(Invocation call, MirrorProfile profile) {
        Map<String, String> types = pairs(call, TYPE, profile.types());
        for (String column : types.keySet()) {
            if (column.lastIndexOf('.') <= 0) {
                throw LockstepException.usage(
                        TYPE.name() + " takes " + TYPE.label() + ": " + column,
                        "the table and the column, with a dot between");
            }
        }
        return types;
    }

    private static List<String> names(String list) {
        List<String> names = new ArrayList<>();
        for (String name : list.split(",", -1)) {
            names.add(name.strip());
        }
        return names;
    }

    /** What is given wins over what the profile says. */
    private static Map<String, String> pairs(Invocation call, Opt<List<String>> option, Map<String, String> profile) {
        Map<String, String> pairs = new LinkedHashMap<>(profile);
        for (String pair : call.all(option)) {
            int sign = pair.indexOf('=');
            if (sign <= 0 || sign == pair.length() - 1) {
                throw LockstepException.usage(
                        option.name() + " takes " + option.label() + ": " + pair, "in one word, quoted for the shell");
            }
            pairs.keySet().removeIf(name -> name.equalsIgnoreCase(pair.substring(0, sign)));
            pairs.put(pair.substring(0, sign), pair.substring(sign + 1));
        }
        return pairs;
    }
}
