package io.openclickstream.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.operator.OperatorScript.Mode;
import io.openclickstream.schemas.click.Outcome;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.ledger.PartitionKey;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LedgerOperatorTest {
    @ParameterizedTest
    @EnumSource
    void totalsAreSentBeforeTheBarrierOnlyAndAddUpOverEpochs(Mode mode) throws Exception {
        var outcome = new OperatorScript<>(
                        LedgerOperator::new,
                        (LedgerEntry entry) -> new PartitionKey(entry.topic(), entry.partition()),
                        TypeInformation.of(PartitionKey.class))
                .element(read(0, 4).at(1))
                .element(LedgerEntry.none("clicks", 0).plus(Outcome.ACCEPTED).at(1))
                .barrier(1)
                .barrier(2)
                .element(read(0, 5).plus(Outcome.MALFORMED).at(3))
                .element(read(1, 0).plus(Outcome.FUTURE).at(3))
                .barrier(3)
                .run(mode);
        LedgerEntry last = outcome.main().stream()
                .filter(total -> total.partition() == 0)
                .reduce((earlier, later) -> later)
                .orElseThrow();
        assertThat(last).isEqualTo(new LedgerEntry("clicks", 0, 3, 6, 2, 1, 0, 0, 1, 0));
        if (mode == Mode.STRAIGHT) {
            assertThat(outcome.main())
                    .containsExactly(
                            new LedgerEntry("clicks", 0, 1, 5, 1, 1, 0, 0, 0, 0),
                            last,
                            new LedgerEntry("clicks", 1, 3, 1, 1, 0, 0, 0, 0, 1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void tallySendsOneEntryPerPartitionBeforeTheBarrier(Mode mode) throws Exception {
        var outcome = new OperatorScript<>(
                        TallyOperator::new,
                        (LedgerEntry entry) -> new PartitionKey(entry.topic(), entry.partition()),
                        TypeInformation.of(PartitionKey.class))
                .element(read(0, 4).plus(Outcome.FUTURE))
                .element(read(0, 5))
                .element(read(1, 9))
                .barrier(7)
                .barrier(8)
                .run(mode);
        assertThat(outcome.main().stream()
                        .reduce(LedgerEntry::plus)
                        .orElseThrow()
                        .received())
                .isEqualTo(3);
        if (mode == Mode.STRAIGHT) {
            assertThat(outcome.main()).hasSize(2).allMatch(entry -> entry.epoch() == 7);
        }
    }

    private static LedgerEntry read(int partition, long offset) {
        return LedgerEntry.none("clicks", partition).plusReceived(offset);
    }
}
