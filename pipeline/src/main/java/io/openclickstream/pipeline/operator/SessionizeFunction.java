package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Outcome;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.session.OpenSession;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.SessionTimeline;
import io.openclickstream.schemas.session.UserKey;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@link SessionRules} about every click of a user and keeps the user's open sessions. Accepted clicks go on; late
 * clicks, changes of sessions and counts go to the side.
 *
 * <p>The watermark is kept in operator state, because Flink begins at "unknown" after a restore and the first click
 * would be taken for on time however late it is (FLINK-5601). A drain ends event time with the largest watermark there
 * is; that one is not kept, so that a job resumed from a drained savepoint goes on where event time really was.
 */
@SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before the first click
public final class SessionizeFunction extends KeyedProcessFunction<UserKey, ReceivedClick, ReceivedClick>
        implements CheckpointedFunction {
    private static final long serialVersionUID = 1L;

    /** Sessions that appeared, changed, were replaced or became final. */
    public static final OutputTag<SessionChange> SESSIONS =
            new OutputTag<>("sessions", TypeInformation.of(SessionChange.class));

    /** Clicks refused because they are late. */
    public static final OutputTag<Rejected> LATE = new OutputTag<>("late", TypeInformation.of(Rejected.class));

    /** One entry per click: its outcome. */
    public static final OutputTag<LedgerEntry> COUNTED =
            new OutputTag<>("counted", TypeInformation.of(LedgerEntry.class));

    private final SessionRules rules;

    private transient ValueState<SessionTimeline> timelines;
    private transient MapState<String, Long> seenEventIds;
    private transient ValueState<Long> armedTimer;
    private transient ListState<Long> watermarkState;
    private transient long watermarkMillis;

    public SessionizeFunction(SessionRules rules) {
        this.rules = rules;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        watermarkState =
                context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("watermark", Types.LONG));
        watermarkMillis = Long.MIN_VALUE;
        for (Long restored : watermarkState.get()) {
            watermarkMillis = Math.max(watermarkMillis, restored);
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        watermarkState.update(List.of(watermarkMillis));
    }

    @Override
    public void open(OpenContext context) {
        timelines = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("timeline", TypeInformation.of(SessionTimeline.class)));
        seenEventIds =
                getRuntimeContext().getMapState(new MapStateDescriptor<>("seen-event-ids", Types.STRING, Types.LONG));
        armedTimer = getRuntimeContext().getState(new ValueStateDescriptor<>("armed-timer", Types.LONG));
    }

    @Override
    public void processElement(ReceivedClick received, Context context, Collector<ReceivedClick> out) throws Exception {
        long watermark = watermarkMillis;
        Click click = received.click();
        if (rules.isLate(click.eventTimeMillis(), watermark)) {
            context.output(LATE, late(received, watermark));
            count(received.source(), Outcome.LATE, context);
            return;
        }
        Long seen = seenEventIds.get(click.eventId());
        if (seen != null && !rules.isForgotten(seen, watermark)) {
            count(received.source(), Outcome.DUPLICATE, context);
            return;
        }
        seenEventIds.put(click.eventId(), click.eventTimeMillis());

        SessionRules.Added added = rules.add(current(), click, received.source().ingestionTimeMillis());
        timelines.update(added.timeline());
        for (OpenSession replaced : added.replaced()) {
            emit(Change.DELETE, replaced, context, false);
        }
        emit(Change.UPSERT, added.session(), context, false);
        armNoLaterThan(
                Math.min(rules.finalAtMillis(added.session()), rules.forgottenAtMillis(click.eventTimeMillis())),
                context);
        count(received.source(), Outcome.ACCEPTED, context);
        out.collect(received);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<ReceivedClick> out) throws Exception {
        armedTimer.clear();
        long watermark = context.timerService().currentWatermark();
        SessionRules.Closed closed = rules.close(current(), watermark);
        for (OpenSession session : closed.sessions()) {
            emit(Change.UPSERT, session, context, true);
        }
        Long next = null;
        if (closed.timeline().open().isEmpty()) {
            timelines.clear();
        } else {
            timelines.update(closed.timeline());
            for (OpenSession session : closed.timeline().open()) {
                next = SessionRules.earlier(next, rules.finalAtMillis(session));
            }
        }
        next = forgetEventIds(watermark, next);
        if (next != null) {
            armNoLaterThan(next, context);
        }
    }

    private @Nullable Long forgetEventIds(long watermark, @Nullable Long next) throws Exception {
        List<String> forgotten = new ArrayList<>();
        Long earliest = next;
        for (Iterator<Map.Entry<String, Long>> ids = seenEventIds.iterator(); ids.hasNext(); ) {
            Map.Entry<String, Long> id = ids.next();
            if (rules.isForgotten(id.getValue(), watermark)) {
                forgotten.add(id.getKey());
            } else {
                earliest = SessionRules.earlier(earliest, rules.forgottenAtMillis(id.getValue()));
            }
        }
        for (String id : forgotten) {
            seenEventIds.remove(id);
        }
        return earliest;
    }

    /** One timer per user: it is moved only to an earlier moment, and set anew when it has fired. */
    private void armNoLaterThan(long millis, Context context) throws Exception {
        Long armed = armedTimer.value();
        if (armed != null && armed <= millis) {
            return;
        }
        if (armed != null) {
            context.timerService().deleteEventTimeTimer(armed);
        }
        context.timerService().registerEventTimeTimer(millis);
        armedTimer.update(millis);
    }

    /** Called by {@link SessionizeOperator} whenever event time moves on. */
    void watermarkAdvancedTo(long millis) {
        if (millis != Long.MAX_VALUE) {
            watermarkMillis = Math.max(watermarkMillis, millis);
        }
    }

    private SessionTimeline current() throws Exception {
        SessionTimeline timeline = timelines.value();
        return timeline == null ? SessionTimeline.empty() : timeline;
    }

    private void emit(Change change, OpenSession open, Context context, boolean isFinal) {
        UserKey user = context.getCurrentKey();
        Session session = new Session(
                open.sessionId(),
                user.siteId(),
                user.userId(),
                open.startMillis(),
                open.endMillis(),
                open.clicks(),
                open.entryPage(),
                open.exitPage(),
                open.ingestionTimeMillis(),
                isFinal);
        context.output(SESSIONS, new SessionChange(change, session));
    }

    private void count(SourcePosition position, Outcome outcome, Context context) {
        context.output(
                COUNTED,
                LedgerEntry.none(position.topic(), position.partition()).plus(outcome));
    }

    private Rejected late(ReceivedClick received, long watermark) {
        long eventTime = received.click().eventTimeMillis();
        String detail = "event_time %d lies %d ms behind the watermark %d, more than the allowed lateness of %d ms"
                .formatted(
                        eventTime,
                        watermark - eventTime,
                        watermark,
                        rules.allowedLateness().toMillis());
        return new Rejected(
                Reason.BEHIND_WATERMARK, detail, received.source(), eventTime, received.rawKey(), received.rawValue());
    }
}
