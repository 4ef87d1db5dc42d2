package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.metric.Metric;
import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.metric.PaneMerger;
import io.openclickstream.pipeline.operator.PaneMemory.Bucket;
import io.openclickstream.pipeline.operator.PaneMemory.OpenPane;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneBucket;
import io.openclickstream.schemas.metric.PaneKey;
import io.openclickstream.schemas.metric.PanePart;
import io.openclickstream.schemas.metric.PaneResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * The second phase of the metrics: merges parts into panes and sends a pane's result while it changes, at most once per
 * interval; when event time passes the end of its window; after each late change; and for the last time when no accepted
 * click can touch it any more.
 *
 * <p>Panes are merged in memory and saved to state with every checkpoint, those that changed. When memory is full, they
 * are saved and told of at once and then forgotten, and come back from state one by one when parts of them arrive. A
 * bucket of panes has one timer at a time.
 */
public final class MergePanesOperator extends WholeInputOperator<PaneResult>
        implements OneInputStreamOperator<PanePart, PaneResult>, Triggerable<PaneBucket, VoidNamespace> {
    private static final long serialVersionUID = 1L;

    /** Room for the open panes of some thousand clicks a second, of which a pane takes about 300 bytes. */
    private static final long USUAL_MEMORY_BYTES = 64L << 20;

    private final MetricCatalog catalog;
    private final Timing timing;
    private final boolean showsOpenPanes;
    private final long maxMemoryBytes;

    private transient MetricDefinitions definitions;
    private transient Map<String, PaneMerger> mergers;
    private transient MapState<String, Pane> state;
    private transient InternalTimerService<VoidNamespace> timers;
    private transient PaneMemory memory;
    private transient Counter saves;

    /**
     * When results are sent.
     *
     * @param intervalMillis processing time between two early results of a pane
     * @param clicksLateness how far a click may be behind the watermark
     * @param sessionsLateness how far the end of a session may be behind it when the session is final
     */
    public record Timing(long intervalMillis, Duration clicksLateness, Duration sessionsLateness)
            implements java.io.Serializable {}

    /**
     * @param showsOpenPanes whether anyone wants to know of panes before they are final
     */
    public MergePanesOperator(MetricCatalog catalog, Timing timing, boolean showsOpenPanes) {
        this(catalog, timing, showsOpenPanes, USUAL_MEMORY_BYTES);
    }

    /**
     * @param maxMemoryBytes about as much memory the panes at hand may take
     */
    @SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before the first part
    MergePanesOperator(MetricCatalog catalog, Timing timing, boolean showsOpenPanes, long maxMemoryBytes) {
        this.catalog = catalog;
        this.timing = timing;
        this.showsOpenPanes = showsOpenPanes;
        this.maxMemoryBytes = maxMemoryBytes;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        memory = new PaneMemory();
        definitions = new MetricDefinitions(context.getOperatorStateStore());
        definitions.restore(catalog);
    }

    @Override
    public void open() throws Exception {
        super.open();
        state = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>("panes", Types.STRING, TypeInformation.of(Pane.class)));
        timers = getInternalTimerService("panes", VoidNamespaceSerializer.INSTANCE, this);
        mergers = new HashMap<>();
        catalog.metrics().forEach(metric -> mergers.put(metric.name(), new PaneMerger(metric)));
        saves = getMetricGroup().counter("panesSaved");
        getMetricGroup().gauge("panesInMemory", () -> memory.panes());
        getMetricGroup().gauge("paneMemoryBytes", () -> memory.bytes());
        if (showsOpenPanes) {
            scheduleEarlyResults();
        }
    }

    private void scheduleEarlyResults() {
        var unused = getProcessingTimeService()
                .registerTimer(
                        getProcessingTimeService().getCurrentProcessingTime() + timing.intervalMillis(), time -> {
                            tellOfChanges();
                            scheduleEarlyResults();
                        });
    }

    /** Most parts need no state, so the key is set where one does. */
    @Override
    @SuppressWarnings("rawtypes") // as Flink has it
    public void setKeyContextElement1(StreamRecord record) {}

    @Override
    public void processElement(StreamRecord<PanePart> element) throws Exception {
        PanePart part = element.getValue();
        Bucket bucket = memory.find(part.bucket());
        if (bucket == null) {
            PaneMerger merger = mergers.get(part.bucket().metric());
            if (merger == null) {
                return; // a part in flight at the time of the savepoint, of a metric that is gone
            }
            bucket = open(part.bucket(), merger);
        }
        OpenPane pane = bucket.find(part.dimensions());
        if (pane == null) {
            pane = memory.open(bucket, part.dimensions(), saved(bucket, part.dimensions()));
        }
        memory.merge(pane, part.pane());
        if (showsOpenPanes) {
            memory.tellLater(pane);
        }
        if (memory.bytes() > maxMemoryBytes) {
            tellOfChanges();
            save();
            memory.forget();
        }
    }

    private Bucket open(PaneBucket key, PaneMerger merger) throws Exception {
        setCurrentKey(key);
        boolean isNew = state.isEmpty();
        if (isNew) {
            Metric metric = merger.metric();
            timers.registerEventTimeTimer(
                    VoidNamespace.INSTANCE,
                    isClosed(metric, key) ? finalAtMillis(metric, key) : closedAtMillis(metric, key));
        }
        return memory.open(key, merger, !isNew);
    }

    private @Nullable Pane saved(Bucket bucket, String dimensions) throws Exception {
        if (!bucket.isPartial) {
            return null;
        }
        setCurrentKey(bucket.key);
        return state.get(dimensions);
    }

    @Override
    public void onEventTime(InternalTimer<PaneBucket, VoidNamespace> timer) throws Exception {
        PaneBucket key = timer.getKey();
        PaneMerger merger = mergers.get(key.metric());
        if (merger == null) {
            state.clear();
            return;
        }
        boolean isFinal = timers.currentWatermark() >= finalAtMillis(merger.metric(), key);
        if (!isFinal) {
            // The window is closed, or the timer was set under a shorter allowed lateness.
            timers.registerEventTimeTimer(VoidNamespace.INSTANCE, finalAtMillis(merger.metric(), key));
        }
        Bucket bucket = memory.find(key);
        if (isFinal || showsOpenPanes) {
            tellOfAll(key, bucket, isFinal);
        }
        if (isFinal && bucket != null) {
            memory.close(bucket);
        }
        if (isFinal && (bucket == null || bucket.isSaved())) {
            state.clear();
        }
    }

    /** Those in memory, and those in state of which memory knows nothing newer. */
    private void tellOfAll(PaneBucket key, @Nullable Bucket bucket, boolean isFinal) throws Exception {
        if (bucket == null || bucket.isPartial) {
            for (Map.Entry<String, Pane> saved : state.entries()) {
                if (bucket == null || bucket.find(saved.getKey()) == null) {
                    tell(key, saved.getKey(), saved.getValue(), true, isFinal);
                }
            }
        }
        if (bucket != null) {
            for (OpenPane pane : bucket.panes()) {
                memory.told(pane);
                tell(key, pane.dimensions, pane.pane(), true, isFinal);
            }
        }
    }

    private void tell(PaneBucket key, String dimensions, Pane pane, boolean isClosed, boolean isFinal) {
        output.collect(new StreamRecord<>(new PaneResult(
                new PaneKey(key.metric(), key.windowStartMillis(), dimensions), pane, isClosed, isFinal)));
    }

    @Override
    public void onProcessingTime(InternalTimer<PaneBucket, VoidNamespace> timer) {
        throw new IllegalStateException("Panes have no timers in processing time.");
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        tellOfChanges();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        definitions.save(getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0);
        save();
    }

    private void save() throws Exception {
        for (Map.Entry<Bucket, Map<String, Pane>> changes : memory.takeUnsaved()) {
            setCurrentKey(changes.getKey().key);
            state.putAll(changes.getValue());
            saves.inc(changes.getValue().size());
        }
    }

    @Override
    public void finish() throws Exception {
        tellOfChanges();
        super.finish();
    }

    private void tellOfChanges() {
        for (OpenPane pane : memory.takeUntold()) {
            Bucket bucket = pane.bucket;
            boolean isClosed = isClosed(bucket.merger.metric(), bucket.key);
            tell(bucket.key, pane.dimensions, pane.pane(), isClosed, false);
        }
    }

    private boolean isClosed(Metric metric, PaneBucket key) {
        return timers.currentWatermark() >= closedAtMillis(metric, key);
    }

    private static long closedAtMillis(Metric metric, PaneBucket key) {
        return metric.windowEndMillis(key.windowStartMillis()) - 1;
    }

    private long finalAtMillis(Metric metric, PaneBucket key) {
        return metric.windowEndMillis(key.windowStartMillis())
                + (metric.isOfSessions() ? timing.sessionsLateness() : timing.clicksLateness()).toMillis();
    }
}
