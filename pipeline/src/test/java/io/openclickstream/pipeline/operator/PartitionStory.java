package io.openclickstream.pipeline.operator;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;

import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.source.ClickSource;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.UserKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.runtime.metrics.groups.UnregisteredMetricGroups;
import org.apache.flink.streaming.api.operators.source.TimestampsAndWatermarks;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.io.PushingAsyncDataInput.DataOutput;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.TestProcessingTimeService;
import org.apache.flink.streaming.runtime.watermarkstatus.StatusWatermarkValve;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * What becomes of the clicks of several Kafka partitions, told step by step with a clock that is moved by hand. Our
 * watermarks run in Flink's own code for source tasks and for the inputs of a task, and {@link SessionizeOperator} takes
 * what comes out. Every partition has one user of its own.
 *
 * <p>Event times are durations after the first moment of the story.
 */
final class PartitionStory implements AutoCloseable {
    static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(10);
    static final Duration GAP = Duration.ofMinutes(30);
    static final Duration LATENESS = Duration.ofMinutes(5);

    private static final long START_MILLIS = 1_700_000_000_000L;
    private static final long PERIOD_MILLIS = 200;

    private final TestProcessingTimeService clock = new TestProcessingTimeService();
    private final StatusWatermarkValve valve;
    private final List<ReaderOutput<SourceRecord>> tasks = new ArrayList<>();
    private final Map<String, SourceOutput<SourceRecord>> partitions = new HashMap<>();
    private final KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick> sessionize;
    private long watermarkMillis = Long.MIN_VALUE;

    /**
     * @param sourceTasks subtasks of the source; none has a partition yet
     * @param idleTimeout after which a silent partition is not waited for
     */
    PartitionStory(int sourceTasks, Duration idleTimeout) throws Exception {
        clock.setCurrentTime(0);
        valve = new StatusWatermarkValve(sourceTasks);
        sessionize = new KeyedOneInputStreamOperatorTestHarness<>(
                new SessionizeOperator(new SessionRules(GAP, LATENESS, Duration.ofHours(1)), true),
                received ->
                        new UserKey(received.click().siteId(), received.click().userId()),
                TypeInformation.of(UserKey.class));
        sessionize.open();
        for (int task = 0; task < sourceTasks; task++) {
            var eventTime = TimestampsAndWatermarks.createProgressiveEventTimeLogic(
                    ClickSource.watermarks(OUT_OF_ORDERNESS, idleTimeout),
                    UnregisteredMetricGroups.createUnregisteredOperatorMetricGroup(),
                    clock,
                    PERIOD_MILLIS,
                    clock.getClock(),
                    clock.getClock(),
                    UnregisteredMetricGroups.createUnregisteredTaskMetricGroup().getIOMetricGroup());
            tasks.add(eventTime.createMainOutput(new ToSessionize(task), new NobodyWatches()));
            eventTime.startPeriodicWatermarkEmits();
        }
    }

    /** A task is given a partition. */
    PartitionStory partition(String name, int task) {
        partitions.put(name, tasks.get(task).createOutputForSplit(name));
        return this;
    }

    /** A click of the partition's user is read. */
    PartitionStory read(String partition, String eventId, Duration at) {
        long time = START_MILLIS + at.toMillis();
        partitions.get(partition).collect(new SourceRecord(received(click(eventId, partition, time)), null), time);
        return this;
    }

    /** Time passes in which nothing is read. */
    PartitionStory pass(Duration time) throws Exception {
        for (long passed = 0; passed < time.toMillis(); passed += PERIOD_MILLIS) {
            clock.advance(PERIOD_MILLIS);
        }
        return this;
    }

    /** Time passes in which one partition has a click every second, all of the same event time. */
    PartitionStory passWhileRead(String partition, Duration at, Duration time) throws Exception {
        for (long second = 0; second < time.toSeconds(); second++) {
            read(partition, partition + "@" + clock.getCurrentProcessingTime(), at);
            pass(Duration.ofSeconds(1));
        }
        return this;
    }

    /** The latest click's time that event time has come from; null before the first watermark. */
    Duration eventTime() {
        return watermarkMillis == Long.MIN_VALUE
                ? null
                : Duration.ofMillis(watermarkMillis + 1 - START_MILLIS).plus(OUT_OF_ORDERNESS);
    }

    /** Event ids of the clicks refused as late, in the order in which they were read. */
    List<String> late() {
        return values(SessionizeOperator.REFUSED).stream()
                .map(late -> new String(late.rawValue(), StandardCharsets.UTF_8))
                .toList();
    }

    /** Final sessions as {@code user start-end clicks}, in minutes, in the order in which they became final. */
    List<String> finalSessions() {
        return values(SessionizeOperator.SESSIONS).stream()
                .filter(change -> change.session().isFinal())
                .map(change -> line(change.session()))
                .toList();
    }

    /** Users about whom something is kept. */
    int keptUsers() {
        return sessionize.numKeyedStateEntries();
    }

    private <T> List<T> values(OutputTag<T> tag) {
        var records = sessionize.getSideOutput(tag);
        return records == null
                ? List.of()
                : records.stream().map(StreamRecord::getValue).toList();
    }

    private static String line(Session session) {
        return "%s %d-%d %d"
                .formatted(
                        session.userId(),
                        (session.startMillis() - START_MILLIS) / 60_000,
                        (session.endMillis() - START_MILLIS) / 60_000,
                        session.clicks());
    }

    @Override
    public void close() throws Exception {
        sessionize.close();
    }

    /** What one source task puts out goes through the valve of the next task, as over a network. */
    private final class ToSessionize implements DataOutput<SourceRecord> {
        private final int task;
        private final DataOutput<SourceRecord> behindTheValve = new BehindTheValve();

        private ToSessionize(int task) {
            this.task = task;
        }

        @Override
        public void emitRecord(StreamRecord<SourceRecord> element) throws Exception {
            sessionize.processElement(new StreamRecord<>(element.getValue().click(), element.getTimestamp()));
        }

        @Override
        public void emitWatermark(Watermark watermark) throws Exception {
            valve.inputWatermark(watermark, task, behindTheValve);
        }

        @Override
        public void emitWatermarkStatus(WatermarkStatus status) throws Exception {
            valve.inputWatermarkStatus(status, task, behindTheValve);
        }

        @Override
        public void emitLatencyMarker(LatencyMarker marker) {}

        @Override
        public void emitRecordAttributes(RecordAttributes attributes) {}

        @Override
        public void emitWatermark(WatermarkEvent event) {}
    }

    private final class BehindTheValve implements DataOutput<SourceRecord> {
        @Override
        public void emitRecord(StreamRecord<SourceRecord> element) {
            throw new IllegalStateException("records do not go through the valve");
        }

        @Override
        public void emitWatermark(Watermark watermark) throws Exception {
            if (watermark.getTimestamp() <= watermarkMillis) {
                throw new IllegalStateException("event time went back to " + watermark);
            }
            watermarkMillis = watermark.getTimestamp();
            sessionize.processWatermark(watermark);
        }

        @Override
        public void emitWatermarkStatus(WatermarkStatus status) throws Exception {
            sessionize.processWatermarkStatus(status);
        }

        @Override
        public void emitLatencyMarker(LatencyMarker marker) {}

        @Override
        public void emitRecordAttributes(RecordAttributes attributes) {}

        @Override
        public void emitWatermark(WatermarkEvent event) {}
    }

    private static final class NobodyWatches implements TimestampsAndWatermarks.WatermarkUpdateListener {
        @Override
        public void updateIdle(boolean isIdle) {}

        @Override
        public void updateCurrentEffectiveWatermark(long watermark) {}

        @Override
        public void updateCurrentSplitWatermark(String splitId, long watermark) {}

        @Override
        public void updateCurrentSplitIdle(String splitId, boolean idle) {}

        @Override
        public void splitFinished(String splitId) {}
    }
}
