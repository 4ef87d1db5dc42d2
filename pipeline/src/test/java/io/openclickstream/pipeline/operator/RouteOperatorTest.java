package io.openclickstream.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.erasure.ErasureList;
import io.openclickstream.pipeline.erasure.TestErasures;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.lake.LakePrepared;
import io.openclickstream.schemas.session.UserKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteOperatorTest {
    private static final SourcePosition PLACE = new SourcePosition("clicks", 3, 7, 1_000);
    private static final byte[] BYTES = {1, 2};

    @TempDir
    Path lake;

    @Test
    void ofARejectedRecordWhosePersonWasErasedOnlyThePlaceIsKept() throws Exception {
        var erasures = new TestErasures(lake);
        erasures.add("shop", "ada");
        List<Rejected> rejected = route(erasures.list(Duration.ofHours(1)), "ada", "ben", null);
        assertThat(rejected)
                .extracting(Rejected::reason)
                .containsExactly(Reason.ERASED_PERSON, Reason.EVENT_TIME_IN_FUTURE, Reason.EVENT_TIME_IN_FUTURE);
        assertThat(rejected.get(0)).satisfies(refused -> {
            assertThat(refused.rawKey()).isNull();
            assertThat(refused.rawValue()).isNull();
            assertThat(refused.detail()).doesNotContain("why");
            assertThat(refused.source()).isEqualTo(PLACE);
            assertThat(refused.eventTimeMillis()).isEqualTo(5_000L);
        });
        assertThat(rejected.get(1).rawValue()).isEqualTo(BYTES);
    }

    @Test
    void withoutAListAllIsKept() throws Exception {
        assertThat(route(ErasureList.NONE, "ada"))
                .extracting(Rejected::reason)
                .containsExactly(Reason.EVENT_TIME_IN_FUTURE);
    }

    @Test
    void tellsBeforeEachBarrierUpToWhichEntryItObeysAndForTheLastTimeAtItsEnd() throws Exception {
        var erasures = new TestErasures(lake);
        erasures.add("shop", "ada");
        erasures.add("shop", "ben");
        var route = new RouteOperator(null, erasures.list(Duration.ofHours(1)));
        try (var harness = new OneInputStreamOperatorTestHarness<SourceRecord, ReceivedClick>(route)) {
            harness.open();
            harness.prepareSnapshotPreBarrier(4);
            harness.endInput();
            harness.getOneInputOperator().finish();
            harness.prepareSnapshotPreBarrier(6);
            assertThat(harness.getSideOutput(AppliedErasures.TOLD))
                    .extracting(StreamRecord::getValue)
                    .containsExactly(
                            LakePrepared.ofErasures(2, 4, "route", 0, 1, false),
                            LakePrepared.ofErasures(2, 5, "route", 0, 1, true));
        }
    }

    private static List<Rejected> route(ErasureList erasures, @Nullable String... users) throws Exception {
        try (var harness =
                new OneInputStreamOperatorTestHarness<SourceRecord, ReceivedClick>(new RouteOperator(null, erasures))) {
            harness.open();
            for (String user : users) {
                var rejected = new Rejected(Reason.EVENT_TIME_IN_FUTURE, "why", PLACE, 5_000L, BYTES, BYTES);
                UserKey key = user == null ? null : new UserKey("shop", user);
                harness.processElement(new StreamRecord<>(new SourceRecord(null, rejected, key)));
            }
            harness.prepareSnapshotPreBarrier(1);
            assertThat(harness.getSideOutput(RouteOperator.COUNTED))
                    .extracting(StreamRecord::getValue)
                    .singleElement()
                    .satisfies(counts -> assertThat(counts.received())
                            .isEqualTo(users.length)
                            .isEqualTo(counts.outcomes()));
            return harness.getSideOutput(RouteOperator.REJECTED).stream()
                    .map(StreamRecord::getValue)
                    .toList();
        }
    }
}
