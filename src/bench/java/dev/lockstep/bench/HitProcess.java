package dev.lockstep.bench;

import dev.lockstep.api.SharedBuilds;
import java.time.Duration;

/** One process of a fleet that asks for what is in the cache; prints how often it was served, once it was warm. */
final class HitProcess {
    private HitProcess() {}

    /** The database, and for how many milliseconds. */
    public static void main(String[] arguments) throws InterruptedException {
        Duration time = Duration.ofMillis(Long.parseLong(arguments[1]));
        try (SharedBuilds builds = BuildHits.open(arguments[0])) {
            BuildHits.requests(builds, time.dividedBy(2));
            System.out.println(BuildHits.requests(builds, time));
        }
    }
}
