package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.metric.Metric;
import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.schemas.metric.MetricDefinition;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneKey;
import io.openclickstream.schemas.metric.PanePart;
import io.openclickstream.schemas.metric.PaneResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The second phase of the metrics: merges parts into panes and sends a pane's result while it changes, at most once per
 * interval; when event time passes the end of its window; after each late change; and for the last time when no accepted
 * click can touch it any more. Each pane has one timer at a time.
 *
 * <p>Operator state holds what every metric's name has meant. A metric that is gone loses its open panes; one that is
 * added starts with the next click; one that changed under its name is refused, since its panes would mix two meanings.
 */
public final class MergePanesOperator extends AbstractStreamOperator<PaneResult>
        implements OneInputStreamOperator<PanePart, PaneResult>, Triggerable<PaneKey, VoidNamespace> {
    private static final long serialVersionUID = 1L;

    private final MetricCatalog catalog;
    private final Timing timing;

    private transient ListState<MetricDefinition> definitionState;
    private transient Map<String, String> definitions;
    private transient ValueState<Pane> panes;
    private transient InternalTimerService<VoidNamespace> timers;
    private transient Set<PaneKey> changed;

    /**
     * When results are sent.
     *
     * @param intervalMillis processing time between two early results of a pane
     * @param clicksLateness how far a click may be behind the watermark
     * @param sessionsLateness how far the end of a session may be behind it when the session is final
     */
    public record Timing(long intervalMillis, Duration clicksLateness, Duration sessionsLateness)
            implements java.io.Serializable {}

    @SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before the first part
    public MergePanesOperator(MetricCatalog catalog, Timing timing) {
        this.catalog = catalog;
        this.timing = timing;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        definitionState = context.getOperatorStateStore()
                .getUnionListState(
                        new ListStateDescriptor<>("definitions", TypeInformation.of(MetricDefinition.class)));
        definitions = new TreeMap<>();
        changed = new LinkedHashSet<>();
        for (MetricDefinition known : definitionState.get()) {
            definitions.put(known.metric(), known.sql());
        }
        List<String> changes = new ArrayList<>();
        for (Metric metric : catalog.metrics()) {
            String known = definitions.putIfAbsent(metric.name(), metric.sql());
            if (known != null && !known.equals(metric.sql())) {
                changes.add("metric %s was%n  %s%nand is now%n  %s".formatted(metric.name(), known, metric.sql()));
            }
        }
        if (!changes.isEmpty()) {
            throw new SuppressRestartsException(new IllegalStateException(
                    "The restored state holds other metrics under the same names. Give a changed metric a new name"
                            + " (a new file), or start the job without state:\n" + String.join("\n", changes)));
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        boolean isFirst = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0;
        List<MetricDefinition> kept = new ArrayList<>();
        if (isFirst) {
            definitions.forEach((metric, sql) -> kept.add(new MetricDefinition(metric, sql)));
        }
        definitionState.update(kept);
    }

    @Override
    public void open() throws Exception {
        super.open();
        panes = getRuntimeContext().getState(new ValueStateDescriptor<>("pane", TypeInformation.of(Pane.class)));
        timers = getInternalTimerService("panes", VoidNamespaceSerializer.INSTANCE, this);
        scheduleEarlyResults();
    }

    private void scheduleEarlyResults() {
        var unused = getProcessingTimeService()
                .registerTimer(
                        getProcessingTimeService().getCurrentProcessingTime() + timing.intervalMillis(), time -> {
                            sendChanged();
                            scheduleEarlyResults();
                        });
    }

    @Override
    public void processElement(StreamRecord<PanePart> element) throws Exception {
        PanePart part = element.getValue();
        PaneKey key = part.key();
        Metric metric = catalog.find(key.metric());
        if (metric == null) {
            return; // a part in flight at the time of the savepoint, of a metric that is gone
        }
        Pane known = panes.value();
        panes.update(metric.merge(known, part.pane()));
        if (known == null) {
            boolean isClosed = isClosed(metric, key);
            timers.registerEventTimeTimer(
                    VoidNamespace.INSTANCE, isClosed ? finalAtMillis(metric, key) : closedAtMillis(metric, key));
        }
        changed.add(key);
    }

    @Override
    public void onEventTime(InternalTimer<PaneKey, VoidNamespace> timer) throws Exception {
        PaneKey key = timer.getKey();
        Metric metric = catalog.find(key.metric());
        if (metric == null) {
            panes.clear();
            return;
        }
        Pane pane = panes.value();
        if (timers.currentWatermark() < finalAtMillis(metric, key)) {
            // The window is closed, or the timer was set under a shorter allowed lateness.
            timers.registerEventTimeTimer(VoidNamespace.INSTANCE, finalAtMillis(metric, key));
            changed.remove(key);
            output.collect(new StreamRecord<>(new PaneResult(key, pane, true, false)));
            return;
        }
        panes.clear();
        changed.remove(key);
        output.collect(new StreamRecord<>(new PaneResult(key, pane, true, true)));
    }

    @Override
    public void onProcessingTime(InternalTimer<PaneKey, VoidNamespace> timer) {
        throw new IllegalStateException("Panes have no timers in processing time.");
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        sendChanged();
    }

    @Override
    public void finish() throws Exception {
        sendChanged();
        super.finish();
    }

    private void sendChanged() throws Exception {
        for (PaneKey key : changed) {
            setCurrentKey(key);
            Pane pane = panes.value();
            Metric metric = catalog.find(key.metric());
            if (pane != null && metric != null) {
                output.collect(new StreamRecord<>(new PaneResult(key, pane, isClosed(metric, key), false)));
            }
        }
        changed.clear();
    }

    private boolean isClosed(Metric metric, PaneKey key) {
        return timers.currentWatermark() >= closedAtMillis(metric, key);
    }

    private static long closedAtMillis(Metric metric, PaneKey key) {
        return metric.windowEndMillis(key.windowStartMillis()) - 1;
    }

    private long finalAtMillis(Metric metric, PaneKey key) {
        return metric.windowEndMillis(key.windowStartMillis())
                + (metric.isOfSessions() ? timing.sessionsLateness() : timing.clicksLateness()).toMillis();
    }
}
