package dev.lockstep.transpile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.transpile.DependencyModel.Flaw;
import dev.lockstep.transpile.DependencyModel.Import;
import dev.lockstep.transpile.EtagModel.Order;
import dev.lockstep.transpile.Exploration.Outcome;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Dependencies and ETags in every reachable state: never stale as they are, stale with any part taken away. */
class DependencyModelTest {
    @ParameterizedTest
    @EnumSource(Import.class)
    void anArtifactIsNeverServedWhenItsImportWasInvalidated(Import imported) {
        Outcome outcome = DependencyModel.explore(imported, Set.of());

        assertThat(outcome.violation()).as("%s", outcome.trace()).isNull();
        assertThat(outcome.states()).isGreaterThan(1_000);
    }

    @ParameterizedTest
    @EnumSource(Flaw.class)
    void itIsServedWith(Flaw flaw) {
        Outcome outcome = DependencyModel.explore(Import.OURS, Set.of(flaw));

        assertThat(outcome.violation()).isNotNull();
        assertThat(outcome.steps()).isBetween(3, 20);
    }

    @Test
    void anEtagIsReadBeforeTheContentOrAStaleArtifactIsCalledFresh() {
        Outcome outcome = EtagModel.explore(Order.TIME_FIRST, true);

        assertThat(outcome.violation()).as("%s", outcome.trace()).isNull();
        assertThat(outcome.states()).isGreaterThan(1_000);
        assertThat(EtagModel.explore(Order.CONTENT_FIRST, true).violation()).isNotNull();
    }
}
