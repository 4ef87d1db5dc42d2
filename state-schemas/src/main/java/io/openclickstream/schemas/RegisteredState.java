package io.openclickstream.schemas;

import io.openclickstream.schemas.lake.LakePrepared;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.ledger.PartitionKey;
import io.openclickstream.schemas.live.LivePrepared;
import io.openclickstream.schemas.metric.MetricDefinition;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneBucket;
import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import org.jspecify.annotations.Nullable;

/**
 * Every state that our operators put into a savepoint: what a release has to be able to read of the ones before it. A
 * test compares this list with a savepoint of the running job, so a state that is added, renamed or gone fails the build
 * until it stands here. What Flink's own sources and sinks keep is theirs to evolve.
 *
 * <p>The rules: a name is never changed or reused; a key record never changes; fields of a value record are added or
 * removed, never renamed or given another type, and a field that an old savepoint lacks gets its meaning in the record's
 * constructor. Tests hold this list against what every release has written, {@code state-schemas/released}.
 */
public enum RegisteredState {
    /** A user's open sessions, remembered event ids and timer. */
    TIMELINE(OperatorUid.SESSIONIZE, "timeline", Kind.KEYED, UserKey.class, UserTimeline.class, "0.1.0"),
    /** Event ids of users with more than the timeline holds, with the event time each was seen with. */
    SEEN_EVENT_IDS(OperatorUid.SESSIONIZE, "seen-event-ids", Kind.KEYED, UserKey.class, Long.class, "0.1.0"),
    /** The watermark, so that late stays late after a restart; the largest counts. */
    WATERMARK(OperatorUid.SESSIONIZE, "watermark", Kind.UNION_LIST, null, Long.class, "0.1.0"),
    /** What the keys of pseudonyms were, so that a restored job is not given others; nothing without pseudonyms. */
    PSEUDONYM_KEYS(OperatorUid.SESSIONIZE, "pseudonym-keys", Kind.UNION_LIST, null, String.class, "0.2.0"),
    /** Up to which entry of the list of erased persons nothing is kept of anybody; the smallest counts. */
    ERASURES_APPLIED(OperatorUid.SESSIONIZE, "erasures-applied", Kind.UNION_LIST, null, Long.class, "0.2.0"),
    /** Whether timers of users stand in their timelines only, and have to be set by who restores these; any counts. */
    TIMERS_LEFT_OUT(OperatorUid.SESSIONIZE, "timers-left-out", Kind.UNION_LIST, null, Boolean.class, "0.2.0"),
    /** The part of a partition's ledger step that waits for its outcomes. */
    LEDGER_STEP(OperatorUid.LEDGER, "step", Kind.KEYED, PartitionKey.class, LedgerEntry.class, "0.1.0"),
    /** The ledger's totals of a partition. */
    LEDGER_TOTAL(OperatorUid.LEDGER, "total", Kind.KEYED, PartitionKey.class, LedgerEntry.class, "0.1.0"),
    /** The panes of a bucket by their dimensions: a JSON array, see {@link io.openclickstream.schemas.metric.PaneKey}. */
    PANES(OperatorUid.MERGE_PANES, "panes", Kind.KEYED, PaneBucket.class, Pane.class, "0.1.0"),
    /** What each metric's name has meant. */
    METRIC_DEFINITIONS(OperatorUid.MERGE_PANES, "definitions", Kind.UNION_LIST, null, MetricDefinition.class, "0.1.0"),
    /** The lineage under which live tables are written; the same in all three. */
    LIVE_SESSIONS_LINEAGE(OperatorUid.LIVE_SESSIONS, "lineage", Kind.UNION_LIST, null, String.class, "0.1.0"),
    LIVE_METRICS_LINEAGE(OperatorUid.LIVE_METRICS, "lineage", Kind.UNION_LIST, null, String.class, "0.1.0"),
    LIVE_LEDGER_LINEAGE(OperatorUid.LIVE_LEDGER, "lineage", Kind.UNION_LIST, null, String.class, "0.1.0"),
    /** What the writers of live tables had put by the checkpoints that are not committed yet. */
    LIVE_PREPARED(OperatorUid.LIVE_COMMIT, "prepared", Kind.UNION_LIST, null, LivePrepared.class, "0.2.0"),
    /** The lineage under which the lake is written; the same in all of these. */
    LAKE_CLICKS_LINEAGE(OperatorUid.LAKE_CLICKS, "lineage", Kind.UNION_LIST, null, String.class, "0.2.0"),
    LAKE_SESSIONS_LINEAGE(OperatorUid.LAKE_SESSIONS, "lineage", Kind.UNION_LIST, null, String.class, "0.2.0"),
    LAKE_METRICS_LINEAGE(OperatorUid.LAKE_METRICS, "lineage", Kind.UNION_LIST, null, String.class, "0.2.0"),
    LAKE_REJECTED_LINEAGE(OperatorUid.LAKE_REJECTED, "lineage", Kind.UNION_LIST, null, String.class, "0.2.0"),
    LAKE_LEDGER_LINEAGE(OperatorUid.LAKE_LEDGER, "lineage", Kind.UNION_LIST, null, String.class, "0.2.0"),
    LAKE_COMMIT_LINEAGE(OperatorUid.LAKE_COMMIT, "lineage", Kind.UNION_LIST, null, String.class, "0.2.0"),
    /** The files of checkpoints that are not committed yet. */
    LAKE_PREPARED(OperatorUid.LAKE_COMMIT, "prepared", Kind.UNION_LIST, null, LakePrepared.class, "0.2.0");

    /** How a state is spread over subtasks. */
    public enum Kind {
        /** By key group. */
        KEYED,
        /** Every subtask gets the whole list after a restore. */
        UNION_LIST
    }

    private final OperatorUid operator;
    private final String stateName;
    private final Kind kind;
    private final @Nullable Class<?> keyType;
    private final Class<?> valueType;
    private final String since;

    RegisteredState(
            OperatorUid operator,
            String stateName,
            Kind kind,
            @Nullable Class<?> keyType,
            Class<?> valueType,
            String since) {
        this.operator = operator;
        this.stateName = stateName;
        this.kind = kind;
        this.keyType = keyType;
        this.valueType = valueType;
        this.since = since;
    }

    /** Whose state it is. */
    public OperatorUid operator() {
        return operator;
    }

    /** Its name in savepoints. */
    public String stateName() {
        return stateName;
    }

    public Kind kind() {
        return kind;
    }

    /** The key's record; null for state without keys. */
    public @Nullable Class<?> keyType() {
        return keyType;
    }

    /** What is kept, or what a list or map holds. */
    public Class<?> valueType() {
        return valueType;
    }

    /** The release that first had it. */
    public String since() {
        return since;
    }
}
