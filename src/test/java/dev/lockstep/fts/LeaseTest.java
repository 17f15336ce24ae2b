package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.fts.deferral.Restoration.Claim;
import dev.lockstep.fts.deferral.Restoration.Policy;
import dev.lockstep.fts.deferral.Restoration.Preference;
import dev.lockstep.fts.deferral.Restoration.Replacement;
import dev.lockstep.support.ProcessIdentity;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A deferral is for those who hold it: they come and go, die, or have had it for long enough. */
class LeaseTest extends CadtFixture {
    private static final Policy LEAVING = new Policy(Preference.NEITHER, Replacement.NONE, Claim.LEAVE);
    private static final Optional<Duration> FOR_EVER = Optional.empty();
    private static final Optional<Duration> OVER = Optional.of(Duration.ZERO);
    private static final Optional<Duration> LONG = Optional.of(Duration.ofHours(1));

    private Deferral.Outcome join(ProcessIdentity owner, Optional<Duration> age, String... names) {
        return engine.with(db -> new Deferral(engine.loaded(), owner, Optional.empty())
                .lasting(age)
                .together()
                .run(db, List.of(names)));
    }

    private Restoration.Outcome leave(ProcessIdentity owner, String... names) {
        return restoreAs(owner, LEAVING, names);
    }

    private Restoration.Outcome restoreAs(ProcessIdentity owner, Policy policy, String... names) {
        return engine.with(db -> new Restoration(engine.loaded(), policy, owner).run(db, List.of(names)));
    }

    private void with(String profile) {
        engine = new Engine(engine.file(), profile);
    }

    @ParameterizedTest
    @ValueSource(strings = {Engine.CADT, Engine.NONE})
    void theLastThatLeavesRestores(String profile) throws Exception {
        with(profile);
        ProcessIdentity first = owner();
        ProcessIdentity second = owner();
        assertThat(join(first, FOR_EVER).changed()).isTrue();
        assertThat(join(second, FOR_EVER).changed()).isFalse();
        assertThat(engine.status().tables())
                .allSatisfy(table -> assertThat(table.owners()).containsExactly(first, second));
        CadtDatabase.change(engine.file());

        Restoration.Outcome left = leave(first);

        assertThat(left.changed()).isFalse();
        assertThat(left.left()).containsExactly("projects_fts", "units_fts");
        assertThat(engine.status().tables())
                .allSatisfy(table -> assertThat(table.owners()).containsExactly(second));
        assertThat(leave(second).tables()).hasSize(2);
        isRestored();
    }

    @ParameterizedTest
    @ValueSource(strings = {Engine.CADT, Engine.NONE})
    void whoDiedHoldsNothing(String profile) throws Exception {
        with(profile);
        ProcessIdentity first = owner();
        ProcessIdentity second = owner();
        join(first, FOR_EVER);
        join(second, FOR_EVER);
        end(second);

        assertThat(leave(first).tables()).hasSize(2);
        isRestored();
    }

    @Test
    void toComeTwiceIsToComeOnce() throws Exception {
        ProcessIdentity first = owner();
        join(first, FOR_EVER);
        join(first, FOR_EVER);

        assertThat(leave(first).tables()).hasSize(2);
        isRestored();
    }

    @ParameterizedTest
    @ValueSource(strings = {Engine.CADT, Engine.NONE})
    void whoJoinsMayWantAnotherTableToo(String profile) throws Exception {
        with(profile);
        ProcessIdentity first = owner();
        ProcessIdentity second = owner();
        join(first, FOR_EVER, "units");
        assertThat(join(second, FOR_EVER).changed()).isTrue();
        CadtDatabase.change(engine.file());

        assertThat(leave(first, "units").left()).containsExactly("units_fts");
        assertThat(leave(second).tables()).hasSize(2);
        isRestored();
    }

    @ParameterizedTest
    @ValueSource(strings = {Engine.CADT, Engine.NONE})
    void afterItsMaximumAgeAnybodyMayRestoreThoughTheOwnerRuns(String profile) throws Exception {
        with(profile);
        ProcessIdentity owner = owner();
        join(owner, LONG);
        CadtDatabase.change(engine.file());
        assertThat(engine.status().tables())
                .allSatisfy(table -> assertThat(table.until()).isPresent());
        assertThatThrownBy(engine::restore).hasMessageContaining("still running");

        // Whoever joins may want it for less long.
        join(owner(), OVER);

        assertThat(engine.restore().tables()).hasSize(2);
        isRestored();
    }

    @ParameterizedTest
    @ValueSource(strings = {Engine.CADT, Engine.NONE})
    void theAgeThatADeadOwnerSetDoesNotBindTheNext(String profile) throws Exception {
        with(profile);
        ProcessIdentity dead = owner();
        join(dead, OVER);
        end(dead);
        ProcessIdentity next = owner();
        join(next, FOR_EVER);

        assertThat(engine.status().tables())
                .allSatisfy(table -> assertThat(table.until()).isEmpty());
        assertThatThrownBy(engine::restore).hasMessageContaining("still running");
        leave(next);
        isRestored();
    }

    @Test
    void whatTheApplicationItselfHasDeferredKeepsItsForm() throws Exception {
        Upstream.ensureDeferred(engine.file());
        String flags = notes();
        ProcessIdentity owner = owner();

        join(owner, LONG);

        assertThat(notes()).isEqualTo(flags);
        CadtDatabase.change(engine.file());
        assertThat(leave(owner).tables()).hasSize(2);
        assertThat(CadtDatabase.differences(engine.file())).isZero();
    }
}
