package io.openclickstream.pipeline.histories;

import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.erasure.ErasureList;
import io.openclickstream.pipeline.operator.MergePanesOperator;
import io.openclickstream.pipeline.operator.PseudonymSettings;
import io.openclickstream.pipeline.operator.RouteOperator;
import io.openclickstream.pipeline.operator.SessionizeOperator;
import io.openclickstream.pipeline.operator.TallyPanesOperator;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.metric.PaneBucket;
import io.openclickstream.schemas.metric.PanePart;
import io.openclickstream.schemas.metric.PaneResult;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.UserKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;

/**
 * The operators that make sessions and metrics, wired as the job wires them, in any number of subtasks: it can be stopped
 * after any step and started again from a snapshot with another number of them.
 */
final class SmallJob implements AutoCloseable {
    private static final int MAX_PARALLELISM = 128;
    private static final long INTERVAL_MILLIS = 1_000;

    /** What a stopped job leaves. */
    record Snapshot(int parallelism, OperatorSubtaskState sessions, OperatorSubtaskState panes) {}

    private record Subtask(
            KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick> sessionize,
            OneInputStreamOperatorTestHarness<ReceivedClick, PanePart> tallyClicks,
            OneInputStreamOperatorTestHarness<Session, PanePart> tallySessions,
            KeyedOneInputStreamOperatorTestHarness<PaneBucket, PanePart, PaneResult> merge) {}

    private final List<Subtask> subtasks = new ArrayList<>();
    private final OneInputStreamOperatorTestHarness<SourceRecord, ReceivedClick> route;
    private final List<ReceivedClick> accepted = new ArrayList<>();
    private final List<Session> finalSessions = new ArrayList<>();
    private final List<PaneResult> finalPanes = new ArrayList<>();
    private long processingTimeMillis;

    /**
     * Starts it.
     *
     * @param from where to go on; null to begin without state
     */
    SmallJob(SessionRules rules, MetricCatalog catalog, int parallelism, Snapshot from) throws Exception {
        this(rules, catalog, parallelism, from, null);
    }

    /**
     * Starts it.
     *
     * @param pseudonyms null to leave user ids as they are
     */
    SmallJob(
            SessionRules rules,
            MetricCatalog catalog,
            int parallelism,
            Snapshot from,
            @Nullable PseudonymSettings pseudonyms)
            throws Exception {
        route = new OneInputStreamOperatorTestHarness<>(new RouteOperator(pseudonyms, ErasureList.NONE));
        route.open();
        var timing = new MergePanesOperator.Timing(INTERVAL_MILLIS, rules.allowedLateness(), rules.finalAfter());
        for (int i = 0; i < parallelism; i++) {
            var sessionize = new KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick>(
                    new SessionizeOperator(rules, false, pseudonyms, ErasureList.NONE),
                    SmallJob::user,
                    TypeInformation.of(UserKey.class),
                    MAX_PARALLELISM,
                    parallelism,
                    i);
            var merge = new KeyedOneInputStreamOperatorTestHarness<PaneBucket, PanePart, PaneResult>(
                    new MergePanesOperator(catalog, timing, true),
                    PanePart::bucket,
                    TypeInformation.of(PaneBucket.class),
                    MAX_PARALLELISM,
                    parallelism,
                    i);
            var subtask = new Subtask(
                    sessionize,
                    new OneInputStreamOperatorTestHarness<>(
                            TallyPanesOperator.ofClicks(catalog, INTERVAL_MILLIS), MAX_PARALLELISM, parallelism, i),
                    new OneInputStreamOperatorTestHarness<>(
                            TallyPanesOperator.ofSessions(catalog, INTERVAL_MILLIS), MAX_PARALLELISM, parallelism, i),
                    merge);
            open(sessionize, from == null ? null : from.sessions(), from, parallelism, i);
            open(subtask.tallyClicks(), null, null, parallelism, i);
            open(subtask.tallySessions(), null, null, parallelism, i);
            open(merge, from == null ? null : from.panes(), from, parallelism, i);
            subtasks.add(subtask);
        }
    }

    void click(ReceivedClick click) throws Exception {
        route.processElement(new StreamRecord<>(new SourceRecord(click, null)));
        for (ReceivedClick passed : taken(route)) {
            subtasks.get(subtaskOf(user(passed))).sessionize().processElement(new StreamRecord<>(passed));
        }
    }

    void watermark(long millis) throws Exception {
        Watermark mark = new Watermark(millis);
        for (Subtask subtask : subtasks) {
            subtask.sessionize().processWatermark(mark);
        }
        passOn();
        for (Subtask subtask : subtasks) {
            subtask.tallyClicks().processWatermark(mark);
            subtask.tallySessions().processWatermark(mark);
        }
        passOn();
        for (Subtask subtask : subtasks) {
            subtask.merge().processWatermark(mark);
        }
        passOn();
    }

    /** Lets the interval between early results go by. */
    void interval() throws Exception {
        processingTimeMillis += INTERVAL_MILLIS;
        passOn();
        for (Subtask subtask : subtasks) {
            subtask.tallyClicks().setProcessingTime(processingTimeMillis);
            subtask.tallySessions().setProcessingTime(processingTimeMillis);
            passOn();
            subtask.merge().setProcessingTime(processingTimeMillis);
        }
        passOn();
    }

    Snapshot snapshot(long checkpointId) throws Exception {
        for (Subtask subtask : subtasks) {
            subtask.sessionize().prepareSnapshotPreBarrier(checkpointId);
        }
        passOn();
        for (Subtask subtask : subtasks) {
            subtask.tallyClicks().prepareSnapshotPreBarrier(checkpointId);
            subtask.tallySessions().prepareSnapshotPreBarrier(checkpointId);
        }
        passOn();
        OperatorSubtaskState[] sessions = new OperatorSubtaskState[subtasks.size()];
        OperatorSubtaskState[] panes = new OperatorSubtaskState[subtasks.size()];
        for (int i = 0; i < sessions.length; i++) {
            subtasks.get(i).merge().prepareSnapshotPreBarrier(checkpointId);
            sessions[i] = subtasks.get(i).sessionize().snapshot(checkpointId, 0);
            panes[i] = subtasks.get(i).merge().snapshot(checkpointId, 0);
        }
        passOn();
        return new Snapshot(
                subtasks.size(),
                AbstractStreamOperatorTestHarness.repackageState(sessions),
                AbstractStreamOperatorTestHarness.repackageState(panes));
    }

    /** Clicks that have been accepted since this job was started. */
    List<ReceivedClick> accepted() {
        return accepted;
    }

    /** Sessions that have become final since this job was started. */
    List<Session> finalSessions() {
        return finalSessions;
    }

    /** Panes that have become final since this job was started. */
    List<PaneResult> finalPanes() {
        return finalPanes;
    }

    /** What is left in state, timers included. */
    int leftBehind() {
        int left = 0;
        for (Subtask subtask : subtasks) {
            left += subtask.sessionize().numKeyedStateEntries()
                    + subtask.sessionize().numEventTimeTimers();
            left += subtask.merge().numKeyedStateEntries() + subtask.merge().numEventTimeTimers();
        }
        return left;
    }

    @Override
    public void close() throws Exception {
        route.close();
        for (Subtask subtask : subtasks) {
            subtask.sessionize().close();
            subtask.tallyClicks().close();
            subtask.tallySessions().close();
            subtask.merge().close();
        }
    }

    /** Carries what has come out of every operator to the next ones. */
    private void passOn() throws Exception {
        for (Subtask subtask : subtasks) {
            for (ReceivedClick click : taken(subtask.sessionize())) {
                accepted.add(click);
                subtask.tallyClicks().processElement(new StreamRecord<>(click));
            }
            var changes = subtask.sessionize().getSideOutput(SessionizeOperator.SESSIONS);
            while (changes != null && !changes.isEmpty()) {
                Session session = changes.remove().getValue().session();
                finalSessions.add(session);
                subtask.tallySessions().processElement(new StreamRecord<>(session));
            }
            List<PanePart> parts = taken(subtask.tallyClicks());
            parts.addAll(taken(subtask.tallySessions()));
            for (PanePart part : parts) {
                subtasks.get(subtaskOf(part.bucket())).merge().processElement(new StreamRecord<>(part));
            }
        }
        for (Subtask subtask : subtasks) {
            taken(subtask.merge()).stream().filter(PaneResult::isFinal).forEach(finalPanes::add);
        }
    }

    private static <O> List<O> taken(OneInputStreamOperatorTestHarness<?, O> harness) {
        List<O> values = new ArrayList<>();
        Queue<Object> output = harness.getOutput();
        while (!output.isEmpty()) {
            if (output.remove() instanceof StreamRecord<?> record) {
                @SuppressWarnings("unchecked") // the harness puts out what its operator does
                O value = (O) record.getValue();
                values.add(value);
            }
        }
        return values;
    }

    private int subtaskOf(Object key) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(key, MAX_PARALLELISM, subtasks.size());
    }

    private static UserKey user(ReceivedClick click) {
        return new UserKey(click.click().siteId(), click.click().stateUserId());
    }

    private static void open(
            OneInputStreamOperatorTestHarness<?, ?> harness,
            OperatorSubtaskState state,
            Snapshot from,
            int parallelism,
            int subtask)
            throws Exception {
        harness.setup();
        if (from != null && state != null) {
            harness.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                    state, MAX_PARALLELISM, from.parallelism(), parallelism, subtask));
        }
        harness.open();
    }
}
