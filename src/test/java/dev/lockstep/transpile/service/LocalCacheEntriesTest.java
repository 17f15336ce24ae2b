package dev.lockstep.transpile.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.transpile.service.LocalCache.Loaded;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the local layer keeps, under which names, and what it lets go; nothing happens at the same time here. */
class LocalCacheEntriesTest {
    private static final String REALM = "http://localhost:4201/luke/";
    private static final String MODULE = "cards/person.gts";

    private final LocalCache<String> cache = new LocalCache<>(1_000, String::length);
    private final AtomicInteger loads = new AtomicInteger();

    @Test
    void anInvalidationDropsEveryAlias() throws Exception {
        load("cards/person", MODULE);
        load("people/first", MODULE);
        assertThat(cache.get(REALM, MODULE)).isNotNull();

        cache.path(REALM, MODULE);

        assertThat(cache.get(REALM, "cards/person")).isNull();
        assertThat(cache.get(REALM, "people/first")).isNull();
        assertThat(cache.weight()).isZero();
    }

    /** {@code person.js} comes before {@code person.gts}: what the alias means has changed with a file that is new. */
    @Test
    void aNewFileTakesItsAliasOver() throws Exception {
        load("cards/person", MODULE);

        cache.path(REALM, "cards/person.js");

        assertThat(cache.get(REALM, "cards/person")).isNull();
        load("cards/person", "cards/person.js");
        cache.path(REALM, MODULE);
        assertThat(cache.get(REALM, "cards/person.js")).isNotNull();
    }

    @Test
    void anotherRealmIsLeftAlone() throws Exception {
        load(MODULE, MODULE);

        cache.realm("http://localhost:4201/mary/");
        cache.path("http://localhost:4201/mary/", MODULE);

        assertThat(cache.get(REALM, MODULE)).isEqualTo("load 1");
    }

    @Test
    void whatWasNotUsedLatelyGivesWay() throws Exception {
        LocalCache<String> small = new LocalCache<>(30, text -> 10);
        for (String path : new String[] {"a.js", "b.js", "c.js"}) {
            small.get(REALM, path, () -> new Loaded<>(path, path));
        }
        assertThat(small.get(REALM, "a.js")).isNotNull();

        small.get(REALM, "d.js", () -> new Loaded<>("d.js", "d.js"));

        assertThat(small.get(REALM, "a.js")).isNotNull();
        assertThat(small.get(REALM, "b.js")).isNull();
        assertThat(small.get(REALM, "d.js")).isNotNull();
        assertThat(small.weight()).isEqualTo(30);
    }

    @Test
    void whatIsHeavierThanTheCacheIsAnsweredAndNotKept() throws Exception {
        LocalCache<String> small = new LocalCache<>(5, String::length);

        assertThat(small.get(REALM, "a.js", () -> new Loaded<>("a.js", "too heavy"))
                        .value())
                .isEqualTo("too heavy");
        assertThat(small.get(REALM, "a.js")).isNull();
    }

    private void load(String requested, String canonical) throws InterruptedException {
        cache.get(REALM, requested, () -> new Loaded<>(canonical, "load " + loads.incrementAndGet()));
    }
}
