package dev.lockstep.cli;

import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.RealmUrl.Correction;
import dev.lockstep.realm.RealmUrl.Reading;

/** A realm's URL as a person types it; what is not taken literally is said. */
final class RealmArgument {
    private RealmArgument() {}

    /**
     * Reads it.
     *
     * @param verb what is done with the corrected one: sent, taken
     */
    static RealmUrl read(String typed, String verb, Output output) {
        Reading reading = RealmUrl.read(typed);
        if (reading.corrections().contains(Correction.SLASH_ADDED)) {
            output.warn("slash-added", "a realm's URL ends in a slash: " + verb + " as " + reading.url());
        }
        if (reading.corrections().contains(Correction.PERCENT_DECODED)) {
            output.warn("percent-decoded", "replicas decode a realm's URL: " + verb + " as " + reading.url());
        }
        return reading.url();
    }
}
