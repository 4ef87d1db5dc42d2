package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.erasure.ErasureFeed;
import io.openclickstream.pipeline.erasure.ErasureList;
import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Outcome;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.UserKey;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@link SessionRules} about every click, and lets {@link UserSessions} keep what they say of its user. Accepted
 * clicks go on; late clicks, changes of sessions and counts go to the side. Counts go out just before each barrier and at
 * the end.
 *
 * <p>The watermark is kept in operator state, because Flink begins at "unknown" after a restore and the first click
 * would be taken for on time however late it is (FLINK-5601). A drain ends event time with the largest watermark there
 * is; that one is not kept, so that a job resumed from a drained savepoint goes on where event time really was.
 *
 * <p>Clicks of erased persons are refused before anything else is asked, and what was kept of these persons goes, with the
 * rows of their open sessions. Both are decided here, where all clicks of a person come together, so that what was under
 * way when the news came is refused as well.
 */
public final class SessionizeOperator extends WholeInputOperator<ReceivedClick>
        implements OneInputStreamOperator<ReceivedClick, ReceivedClick>, Triggerable<UserKey, VoidNamespace> {
    private static final long serialVersionUID = 1L;

    /** Sessions that appeared, changed, were replaced or became final. */
    public static final OutputTag<SessionChange> SESSIONS =
            new OutputTag<>("sessions", TypeInformation.of(SessionChange.class));

    /** Clicks refused because they are late, or because their user sends too many. */
    public static final OutputTag<Rejected> REFUSED = new OutputTag<>("refused", TypeInformation.of(Rejected.class));

    /** Before each barrier and at the end: what became of the clicks since the last one. */
    public static final OutputTag<LedgerEntry> COUNTED =
            new OutputTag<>("counted", TypeInformation.of(LedgerEntry.class));

    /** What Flink calls the backend that keeps objects. */
    private static final String HEAP = "hashmap";

    /** How soon a subtask takes what the feed has read. */
    private static final long TAKE_NEWS_MILLIS = 1_000;

    private static final long REST_MILLIS = 1;

    private final SessionRules rules;
    private final boolean showsOpenSessions;
    private final @Nullable PseudonymSettings pseudonyms;

    private final ErasureList erasures;

    private transient RestoredPseudonyms shown;
    private transient ListState<Long> erasuresState;
    private transient long erasuresRestored;
    private transient ErasureFeed feed;
    private transient ErasedUsers erased;
    private transient AppliedErasures applied;
    private transient Counter clicksOfErased;
    private transient ListState<Long> watermarkState;
    private transient long watermarkMillis;
    private transient long reachedMillis;
    private transient Timelines timelines;
    private transient ListState<Boolean> timersLeftOutState;
    private transient boolean timersWereLeftOut;
    private transient UserTimers timers;
    private transient UserSessions sessions;
    private transient RefusedClicks refused;
    private transient LedgerTally tally;
    private transient long lastEpoch;

    /**
     * @param showsOpenSessions whether anyone wants to know of sessions before they are final
     */
    public SessionizeOperator(SessionRules rules, boolean showsOpenSessions) {
        this(rules, showsOpenSessions, null, ErasureList.NONE);
    }

    /**
     * @param showsOpenSessions whether anyone wants to know of sessions before they are final
     * @param pseudonyms where clicks show pseudonyms; null where they show user ids as they are
     * @param erasures whose clicks are refused, and of whom nothing is kept
     */
    @SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before the first click
    public SessionizeOperator(
            SessionRules rules,
            boolean showsOpenSessions,
            @Nullable PseudonymSettings pseudonyms,
            ErasureList erasures) {
        this.rules = rules;
        this.showsOpenSessions = showsOpenSessions;
        this.pseudonyms = pseudonyms;
        this.erasures = erasures;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        lastEpoch = context.getRestoredCheckpointId().orElse(0);
        tally = new LedgerTally();
        watermarkState =
                context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("watermark", Types.LONG));
        watermarkMillis = Long.MIN_VALUE;
        for (Long restored : watermarkState.get()) {
            watermarkMillis = Math.max(watermarkMillis, restored);
        }
        shown = RestoredPseudonyms.start(
                pseudonyms,
                context.isRestored(),
                context.getOperatorStateStore()
                        .getUnionListState(new ListStateDescriptor<>("pseudonym-keys", Types.STRING)),
                getProcessingTimeService());
        erasuresState = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("erasures-applied", Types.LONG));
        long smallest = Long.MAX_VALUE; // users move between subtasks, and nobody knows from which
        for (Long restored : erasuresState.get()) {
            smallest = Math.min(smallest, restored);
        }
        erasuresRestored = smallest == Long.MAX_VALUE ? 0 : smallest;
        timersLeftOutState = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("timers-left-out", Types.BOOLEAN));
        for (Boolean restored : timersLeftOutState.get()) {
            timersWereLeftOut |= restored;
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        var timeline = new ValueStateDescriptor<>("timeline", new UserTimelineSerializer());
        boolean isOnHeap = getKeyedStateBackend().getBackendTypeIdentifier().equals(HEAP);
        DueUsers due = new DueUsers();
        timers = new UserTimers(
                getInternalTimerService("user-timers", VoidNamespaceSerializer.INSTANCE, this), due, isOnHeap);
        timelines = new Timelines(
                getRuntimeContext().getState(timeline),
                isOnHeap,
                this::setCurrentKey,
                Timelines.maxRecentBytes(Runtime.getRuntime().maxMemory(), slots()),
                due,
                timers::move,
                getMetricGroup());
        var eventIds = new EventIds(
                rules,
                getRuntimeContext().getMapState(new MapStateDescriptor<>("seen-event-ids", Types.STRING, Types.LONG)));
        sessions = new UserSessions(
                rules,
                timelines,
                eventIds,
                timers,
                new SessionRows(shown::userId),
                showsOpenSessions,
                change -> output.collect(SESSIONS, new StreamRecord<>(change)));
        refused = new RefusedClicks(rules, pseudonyms == null || pseudonyms.keepsRefusedBytes());
        if (timersWereLeftOut || timers.areLeftOutOfSnapshots()) {
            armAllAgain(isOnHeap);
        }
        openErasures(isOnHeap);
    }

    private int slots() {
        return getContainingTask()
                .getEnvironment()
                .getTaskManagerInfo()
                .getConfiguration()
                .get(TaskManagerOptions.NUM_TASK_SLOTS);
    }

    private void armAllAgain(boolean isOnHeap) throws Exception {
        try (Stream<UserKey> users = users(isOnHeap)) {
            for (Iterator<UserKey> each = users.iterator(); each.hasNext(); ) {
                UserKey user = each.next();
                setCurrentKey(user);
                sessions.armAgain(user);
            }
        }
    }

    private void openErasures(boolean isOnHeap) throws Exception {
        feed = ErasureFeed.open(
                erasures,
                getContainingTask()
                        .getEnvironment()
                        .getTaskManagerInfo()
                        .getConfiguration()
                        .toMap());
        erased = new ErasedUsers(feed, erasuresRestored, () -> users(isOnHeap), this::forget);
        applied = new AppliedErasures(output, getRuntimeContext().getTaskInfo(), OperatorUid.SESSIONIZE);
        clicksOfErased = getMetricGroup().counter("clicksOfErasedPersons");
        getMetricGroup().gauge("erasedPersons", erased::persons);
        getMetricGroup().gauge("erasuresApplied", erased::applied);
        if (!erasures.isNone()) {
            takeErasuresIn(REST_MILLIS);
        }
    }

    /** In a step of the task thread, between clicks. */
    private void takeErasuresIn(long millis) {
        ProcessingTimeService time = getProcessingTimeService();
        var unused = time.registerTimer(
                time.getCurrentProcessingTime() + millis,
                due -> takeErasuresIn(erased.step() ? REST_MILLIS : TAKE_NEWS_MILLIS));
    }

    /** Flink's iterators over state on the heap bear no change, so there the keys are listed first; others hold still. */
    private Stream<UserKey> users(boolean isOnHeap) throws Exception {
        timelines.flush();
        Stream<UserKey> users = this.<UserKey>getKeyedStateBackend().getKeys("timeline", VoidNamespace.INSTANCE);
        if (!isOnHeap) {
            return users;
        }
        try (users) {
            return users.toList().stream();
        }
    }

    /** Up to which entry of the list this subtask keeps nothing of anybody. */
    long erasuresApplied() {
        return erased.applied();
    }

    private void forget(UserKey user) throws Exception {
        setCurrentKey(user);
        sessions.forget(user);
    }

    @Override
    public void processElement(StreamRecord<ReceivedClick> element) throws Exception {
        ReceivedClick received = element.getValue();
        Click click = received.click();
        if (erased.contains(click)) {
            clicksOfErased.inc();
            refuse(Rejected.ofErasedPerson(received.source(), click.eventTimeMillis()));
            return;
        }
        if (rules.isLate(click.eventTimeMillis(), watermarkMillis)) {
            refuse(refused.late(received, watermarkMillis));
            return;
        }
        UserKey user = (UserKey) getCurrentKey();
        switch (sessions.add(received, user, watermarkMillis)) {
            case DUPLICATE -> tally.ended(received.source(), Outcome.DUPLICATE);
            case TOO_MANY -> refuse(refused.tooMany(received, sessions.rememberedIds(user)));
            case NEW -> {
                tally.ended(received.source(), Outcome.ACCEPTED);
                output.collect(element);
            }
        }
    }

    @Override
    public void onEventTime(InternalTimer<UserKey, VoidNamespace> timer) throws Exception {
        look(timer.getKey(), timer.getTimestamp());
    }

    private void lookInMemory(UserKey user, long dueMillis) throws Exception {
        if (timelines.awaits(user, dueMillis)) {
            look(user, dueMillis);
        }
    }

    private void look(UserKey user, long dueMillis) throws Exception {
        setCurrentKey(user);
        if (erased.contains(user)) {
            sessions.forget(user);
        } else {
            sessions.look(user, dueMillis, reachedMillis);
        }
    }

    @Override
    public void onProcessingTime(InternalTimer<UserKey, VoidNamespace> timer) {
        throw new IllegalStateException("Users have no timers in processing time.");
    }

    @Override
    protected void advanceTo(Watermark mark) throws Exception {
        // Before the timers fire, and kept even when no click follows before the next checkpoint.
        if (mark.getTimestamp() != Long.MAX_VALUE) {
            watermarkMillis = Math.max(watermarkMillis, mark.getTimestamp());
        }
        reachedMillis = mark.getTimestamp();
        timers.advance(reachedMillis, this::lookInMemory);
        super.advanceTo(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        timelines.flush(); // here already, since Flink may write timers on the heap before it calls snapshotState
        sendCounts(checkpointId);
        applied.tell(checkpointId, erased.applied());
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        timelines.flush();
        watermarkState.update(List.of(watermarkMillis));
        shown.snapshot();
        erasuresState.update(List.of(erased.applied()));
        timersLeftOutState.update(List.of(timers.areLeftOutOfSnapshots()));
    }

    @Override
    public void close() throws Exception {
        if (erased != null) {
            erased.close(); // before the backend, whose iterator it may hold
        }
        if (feed != null) {
            feed.close();
        }
        super.close();
    }

    @Override
    public void finish() throws Exception {
        erased.finish();
        sendCounts(lastEpoch + 1);
        applied.end(lastEpoch, erased.applied());
        super.finish();
    }

    private void sendCounts(long epoch) {
        lastEpoch = epoch;
        tally.drain(epoch).forEach(entry -> output.collect(COUNTED, new StreamRecord<>(entry)));
    }

    private void refuse(Rejected record) {
        output.collect(REFUSED, new StreamRecord<>(record));
        tally.ended(record.source(), record.reason().outcome());
    }
}
