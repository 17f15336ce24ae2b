package dev.lockstep.profile;

import dev.lockstep.profile.Profile.Connections;
import dev.lockstep.profile.Profile.Fts;
import dev.lockstep.profile.Profile.State;
import dev.lockstep.profile.Profile.Table;
import dev.lockstep.profile.Profile.Trigger;
import java.util.Optional;

/** Makes a profile of its JSON, and says of anything else where it stands and what was wanted. */
final class ProfileReader {
    private ProfileReader() {}

    /** @param source how errors call the document */
    static Profile read(String source, String text) {
        Section root = Section.root(source, text);
        root.optional("$schema");
        Profile profile = new Profile(
                root.text("name"),
                root.text("description"),
                root.section("connections").map(ProfileReader::connections).orElse(Connections.NONE),
                root.section("audit").map(AuditProfile::read),
                root.section("fts").map(ProfileReader::fts),
                root.section("mirror").map(MirrorProfile::read).orElse(MirrorProfile.ALL));
        root.end();
        return profile;
    }

    private static Connections connections(Section connections) {
        Connections read =
                new Connections(connections.optional("pg"), connections.optional("db"), connections.optional("to"));
        connections.end();
        return read;
    }

    private static Fts fts(Section fts) {
        Fts read =
                new Fts(fts.section("state").map(ProfileReader::state), fts.sections("tables", ProfileReader::table));
        fts.end();
        return read;
    }

    private static State state(Section state) {
        State read = new State(
                state.text("table"),
                state.text("key"),
                state.text("value"),
                state.texts("stamps"),
                state.text("flag"),
                state.text("snapshot"),
                state.text("own"));
        state.end();
        return read;
    }

    private static Table table(Section table) {
        String fill = String.join("\n", table.texts("fill"));
        Table read = new Table(
                table.text("fts"),
                table.text("base"),
                table.sections("triggers", ProfileReader::trigger),
                fill.isBlank() ? Optional.empty() : Optional.of(fill),
                table.texts("nullOrEqual"));
        table.end();
        return read;
    }

    /** SQL is a list of lines, because JSON has no text of several. */
    private static Trigger trigger(Section trigger) {
        String variant = String.join("\n", trigger.texts("variant"));
        Trigger read = new Trigger(
                trigger.text("name"),
                String.join("\n", trigger.texts("sql")),
                variant.isBlank() ? Optional.empty() : Optional.of(variant));
        trigger.end();
        return read;
    }
}
