package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.session.SeenIds;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Outcome;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.session.OpenSession;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.SessionTimeline;
import io.openclickstream.schemas.session.UserKey;
import java.util.ArrayList;
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

    /** Clicks refused because they are late, or because their user sends too many. */
    public static final OutputTag<Rejected> REFUSED = new OutputTag<>("refused", TypeInformation.of(Rejected.class));

    /** Before each barrier and at the end: what became of the clicks since the last one. */
    public static final OutputTag<LedgerEntry> COUNTED =
            new OutputTag<>("counted", TypeInformation.of(LedgerEntry.class));

    private final SessionRules rules;
    private final boolean showsOpenSessions;

    private transient ValueState<SessionTimeline> timelines;
    private transient MapState<String, Long> seenEventIds;
    private transient ListState<Long> watermarkState;
    private transient long watermarkMillis;
    private transient LedgerTally tally;

    /**
     * @param showsOpenSessions whether anyone wants to know of sessions before they are final
     */
    public SessionizeFunction(SessionRules rules, boolean showsOpenSessions) {
        this.rules = rules;
        this.showsOpenSessions = showsOpenSessions;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        watermarkState =
                context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("watermark", Types.LONG));
        tally = new LedgerTally();
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
    }

    @Override
    public void processElement(ReceivedClick received, Context context, Collector<ReceivedClick> out) throws Exception {
        long watermark = watermarkMillis;
        Click click = received.click();
        if (rules.isLate(click.eventTimeMillis(), watermark)) {
            refuse(received, Reason.BEHIND_WATERMARK, late(click.eventTimeMillis(), watermark), context);
            return;
        }
        SessionTimeline timeline = current();
        Remembered remembered = remember(timeline, click, watermark);
        if (remembered.verdict() == Verdict.DUPLICATE) {
            tally.ended(received.source(), Outcome.DUPLICATE);
            return;
        }
        if (remembered.verdict() == Verdict.TOO_MANY) {
            refuse(received, Reason.TOO_MANY_CLICKS, tooMany(timeline.rememberedIds()), context);
            return;
        }
        SessionRules.Added added = rules.add(
                timeline.withSeen(remembered.seenIds(), remembered.ids()).revised(), received, watermark);
        timeline = added.timeline();
        long timer = rules.forgottenAtMillis(click.eventTimeMillis());
        for (OpenSession replaced : added.replaced()) {
            emit(Change.DELETE, replaced, timeline.revision(), context, false);
        }
        for (OpenSession changed : added.changed()) {
            emit(Change.UPSERT, changed, timeline.revision(), context, false);
            timer = Math.min(timer, rules.finalAtMillis(changed));
        }
        timelines.update(armNoLaterThan(timer, timeline, context));
        tally.ended(received.source(), Outcome.ACCEPTED);
        out.collect(received);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<ReceivedClick> out) throws Exception {
        long watermark = context.timerService().currentWatermark();
        String siteId = context.getCurrentKey().siteId();
        SessionRules.Closed closed = rules.close(current().withTimer(null), siteId, watermark);
        SessionTimeline timeline = closed.timeline().revised();
        for (OpenSession session : closed.sessions()) {
            emit(Change.UPSERT, session, timeline.revision(), context, true);
        }
        timeline = forgetEventIds(timeline, watermark);
        if (timeline.isEmpty()) {
            timelines.clear();
            return;
        }
        Long next = rules.nextFinalAtMillis(timeline, siteId);
        if (timeline.rememberedIds() > 0) {
            next = SessionRules.earlier(next, rules.forgetAgainAtMillis(earliestSeenMillis(timeline), watermark));
        }
        timelines.update(next == null ? timeline : armNoLaterThan(next, timeline, context));
    }

    /**
     * What is remembered of a user's event ids after a click.
     *
     * @param seenIds the ones in the timeline
     * @param ids how many there are in all
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Remembered(Verdict verdict, byte[] seenIds, long ids) {}

    private enum Verdict {
        NEW,
        DUPLICATE,
        TOO_MANY
    }

    /** Looks for the click's event id in the timeline first, and elsewhere only if some are kept there. */
    private Remembered remember(SessionTimeline timeline, Click click, long watermark) throws Exception {
        byte[] seen = timeline.seenIds();
        long time = click.eventTimeMillis();
        SeenIds.Id id = SeenIds.Id.of(click.eventId());
        int at = SeenIds.find(seen, id);
        if (at >= 0) {
            return rules.isForgotten(SeenIds.timeMillis(seen, at), watermark)
                    ? new Remembered(Verdict.NEW, SeenIds.at(seen, at, time), timeline.rememberedIds())
                    : new Remembered(Verdict.DUPLICATE, seen, timeline.rememberedIds());
        }
        if (timeline.idsElsewhere(SeenIds.BYTES) > 0) {
            Long elsewhere = seenEventIds.get(click.eventId());
            if (elsewhere != null) {
                if (!rules.isForgotten(elsewhere, watermark)) {
                    return new Remembered(Verdict.DUPLICATE, seen, timeline.rememberedIds());
                }
                seenEventIds.put(click.eventId(), time);
                return new Remembered(Verdict.NEW, seen, timeline.rememberedIds());
            }
        }
        if (rules.isTooMany(timeline)) {
            return new Remembered(Verdict.TOO_MANY, seen, timeline.rememberedIds());
        }
        if (seen.length < SeenIds.MAX * SeenIds.BYTES) {
            return new Remembered(Verdict.NEW, SeenIds.with(seen, id, time), timeline.rememberedIds() + 1);
        }
        seenEventIds.put(click.eventId(), time);
        return new Remembered(Verdict.NEW, seen, timeline.rememberedIds() + 1);
    }

    private SessionTimeline forgetEventIds(SessionTimeline timeline, long watermark) throws Exception {
        byte[] kept = SeenIds.since(timeline.seenIds(), rules.remembersSinceMillis(watermark));
        long elsewhere = timeline.idsElsewhere(SeenIds.BYTES);
        if (elsewhere > 0) {
            List<String> forgotten = new ArrayList<>();
            for (Map.Entry<String, Long> id : seenEventIds.entries()) {
                if (rules.isForgotten(id.getValue(), watermark)) {
                    forgotten.add(id.getKey());
                }
            }
            for (String id : forgotten) {
                seenEventIds.remove(id);
            }
            elsewhere -= forgotten.size();
        }
        return timeline.withSeen(kept, kept.length / SeenIds.BYTES + elsewhere);
    }

    private long earliestSeenMillis(SessionTimeline timeline) throws Exception {
        long earliest = SeenIds.earliestMillis(timeline.seenIds());
        if (timeline.idsElsewhere(SeenIds.BYTES) > 0) {
            for (Long seen : seenEventIds.values()) {
                earliest = Math.min(earliest, seen);
            }
        }
        return earliest;
    }

    /** One timer per user: it is moved only to an earlier moment, and set anew when it has fired. */
    private static SessionTimeline armNoLaterThan(long millis, SessionTimeline timeline, Context context) {
        Long armed = timeline.timerMillis();
        if (armed != null && armed <= millis) {
            return timeline;
        }
        if (armed != null) {
            context.timerService().deleteEventTimeTimer(armed);
        }
        context.timerService().registerEventTimeTimer(millis);
        return timeline.withTimer(millis);
    }

    /** Called by {@link SessionizeOperator} whenever event time moves on. */
    void watermarkAdvancedTo(long millis) {
        if (millis != Long.MAX_VALUE) {
            watermarkMillis = Math.max(watermarkMillis, millis);
        }
    }

    /** Called by {@link SessionizeOperator}: what became of the clicks since the last call. */
    List<LedgerEntry> counts(long epoch) {
        return tally.drain(epoch);
    }

    private SessionTimeline current() throws Exception {
        SessionTimeline timeline = timelines.value();
        return timeline == null ? SessionTimeline.empty() : timeline;
    }

    private void emit(Change change, OpenSession open, long revision, Context context, boolean isFinal) {
        if (!isFinal && !showsOpenSessions) {
            return;
        }
        UserKey user = context.getCurrentKey();
        Session session = new Session(
                SessionRules.sessionId(user, open),
                user.siteId(),
                user.userId(),
                open.startMillis(),
                open.endMillis(),
                open.clicks(),
                open.pages(),
                open.entry(),
                open.exit().page(),
                open.orders(),
                open.revenue(),
                open.closeReason(),
                open.ingestionTimeMillis(),
                revision,
                isFinal);
        context.output(SESSIONS, new SessionChange(change, session));
    }

    private void refuse(ReceivedClick received, Reason reason, String detail, Context context) {
        context.output(
                REFUSED,
                new Rejected(
                        reason,
                        detail,
                        received.source(),
                        received.click().eventTimeMillis(),
                        received.rawKey(),
                        received.rawValue()));
        tally.ended(received.source(), reason.outcome());
    }

    private String late(long eventTimeMillis, long watermark) {
        return "event_time %d lies %d ms behind the watermark %d, more than the allowed lateness of %d ms"
                .formatted(
                        eventTimeMillis,
                        watermark - eventTimeMillis,
                        watermark,
                        rules.allowedLateness().toMillis());
    }

    private String tooMany(long clicks) {
        return "its user has sent %d clicks within %s, which is all that user.max-clicks lets one user send"
                .formatted(clicks, rules.deduplicationHorizon());
    }
}
