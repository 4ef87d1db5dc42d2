package io.openclickstream.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.openclickstream.pipeline.operator.OperatorScript.Mode;
import io.openclickstream.schemas.click.Outcome;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.ledger.PartitionKey;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LedgerOperatorTest {
    @ParameterizedTest
    @EnumSource
    void stepsAndTotalsAreSentBeforeTheBarrierOnly(Mode mode) throws Exception {
        var outcome = new OperatorScript<>(
                        LedgerOperator::new,
                        (LedgerEntry entry) -> new PartitionKey(entry.topic(), entry.partition()),
                        TypeInformation.of(PartitionKey.class))
                .element(read(1, 0, 4, 2))
                .element(ended(1, 0, Outcome.ACCEPTED, Outcome.FILTERED))
                .barrier(1)
                .barrier(2)
                .element(read(3, 0, 6, 1))
                .element(ended(3, 0, Outcome.MALFORMED))
                .element(read(3, 1, 0, 1))
                .element(ended(3, 1, Outcome.FUTURE))
                .barrier(3)
                .run(mode, LedgerOperator.TOTALS);

        LedgerEntry total = outcome.side(LedgerOperator.TOTALS).stream()
                .filter(entry -> entry.partition() == 0)
                .reduce((earlier, later) -> later)
                .orElseThrow();
        assertThat(total).isEqualTo(new LedgerEntry("clicks", 0, 3, 4, 7, 3, 1, 0, 0, 1, 0, 1, 1_006));
        if (!mode.isRestored()) {
            assertThat(outcome.main())
                    .containsExactly(
                            new LedgerEntry("clicks", 0, 1, 4, 6, 2, 1, 0, 0, 0, 0, 1, 1_005),
                            new LedgerEntry("clicks", 0, 3, 6, 7, 1, 0, 0, 0, 1, 0, 0, 1_006),
                            new LedgerEntry("clicks", 1, 3, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1_000))
                    .allMatch(step -> step.received() == step.outcomes());
        }
    }

    @ParameterizedTest
    @EnumSource
    void stepWaitsForTheOutcomesOfAllItsRecords(Mode mode) throws Exception {
        var outcome = new OperatorScript<>(
                        LedgerOperator::new,
                        (LedgerEntry entry) -> new PartitionKey(entry.topic(), entry.partition()),
                        TypeInformation.of(PartitionKey.class))
                .element(read(1, 0, 4, 2))
                .element(ended(1, 0, Outcome.ACCEPTED))
                .barrier(1)
                .element(ended(2, 0, Outcome.LATE))
                .barrier(2)
                .run(mode);
        assertThat(outcome.main()).containsExactly(new LedgerEntry("clicks", 0, 2, 4, 6, 2, 1, 0, 1, 0, 0, 0, 1_005));
    }

    @ParameterizedTest
    @EnumSource
    void stepsSayHowFarEventTimeIsComplete(Mode mode) throws Exception {
        var outcome = new OperatorScript<>(
                        LedgerOperator::new,
                        (LedgerEntry entry) -> new PartitionKey(entry.topic(), entry.partition()),
                        TypeInformation.of(PartitionKey.class))
                .element(read(1, 0, 4, 2))
                .element(ended(1, 0, Outcome.ACCEPTED, Outcome.LATE))
                .watermark(500)
                .barrier(1)
                .watermark(700)
                .barrier(2)
                .lastWatermarkOfOneInput()
                .barrier(3)
                .end()
                .barrier(4)
                .run(mode, LedgerOperator.TOTALS);

        LedgerEntry counted = new LedgerEntry("clicks", 0, 1, 4, 6, 2, 1, 0, 1, 0, 0, 0, 1_005);
        assertThat(outcome.side(LedgerOperator.TOTALS)).contains(counted);
        if (!mode.isRestored()) {
            assertThat(outcome.main())
                    .containsExactly(
                            counted.complete(500, false),
                            counted.nothingSince(2).complete(700, false),
                            counted.nothingSince(4).complete(700, true));
        } else {
            assertThat(outcome.main())
                    .extracting(LedgerEntry::received, LedgerEntry::fromOffset, LedgerEntry::completeThroughMillis)
                    .contains(tuple(0L, 6L, 500L), tuple(0L, 6L, 700L))
                    .doesNotContain(tuple(2L, 4L, 700L));
            assertThat(outcome.main()).last().extracting(LedgerEntry::isDrained).isEqualTo(true);
        }
    }

    @Test
    void tallyKeepsPartitionsApartAndBeginsAnewWhenDrained() {
        LedgerTally tally = new LedgerTally();
        tally.received(position(0, 4));
        tally.received(position(1, 9));
        tally.received(position(0, 5));
        tally.ended(position(1, 9), Outcome.LATE);
        assertThat(tally.drain(7))
                .containsExactly(
                        new LedgerEntry("clicks", 0, 7, 4, 6, 2, 0, 0, 0, 0, 0, 0, 1_005),
                        new LedgerEntry("clicks", 1, 7, 9, 10, 1, 0, 0, 1, 0, 0, 0, 1_009));
        assertThat(tally.drain(8)).isEmpty();
    }

    private static LedgerEntry read(long epoch, int partition, long fromOffset, int records) {
        LedgerTally tally = new LedgerTally();
        for (int i = 0; i < records; i++) {
            tally.received(position(partition, fromOffset + i));
        }
        return single(tally.drain(epoch));
    }

    private static LedgerEntry ended(long epoch, int partition, Outcome... outcomes) {
        LedgerTally tally = new LedgerTally();
        for (Outcome outcome : outcomes) {
            tally.ended(position(partition, 0), outcome);
        }
        return single(tally.drain(epoch));
    }

    private static LedgerEntry single(List<LedgerEntry> entries) {
        assertThat(entries).hasSize(1);
        return entries.get(0);
    }

    private static SourcePosition position(int partition, long offset) {
        return new SourcePosition("clicks", partition, offset, 1_000 + offset);
    }
}
