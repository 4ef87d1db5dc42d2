package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.metric.MetricTable;
import io.openclickstream.pipeline.decide.metric.PaneTally;
import io.openclickstream.schemas.metric.PanePart;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The first phase of the metrics: counts what passes this subtask and sends parts of panes: every interval, when somebody
 * wants to see them early; when too many wait; before each watermark those of windows it closes, so that no part comes
 * after event time has left its pane; and before each barrier, so that it needs no state.
 */
public final class TallyPanesOperator<T> extends AbstractStreamOperator<PanePart>
        implements OneInputStreamOperator<T, PanePart> {
    private static final long serialVersionUID = 1L;
    private static final int MAX_PANES = 50_000;

    /** What it sends. */
    public static final TypeInformation<PanePart> PARTS = PanePartSerializer.TYPE;

    /** Instead of an interval, when nobody asks for results before they are final. */
    public static final long NO_INTERVAL = Long.MAX_VALUE;

    private final boolean isOfSessions;
    private final MetricCatalog catalog;
    private final long intervalMillis;

    private transient PaneTally<T> tally;

    @SuppressWarnings("NullAway.Init") // Flink calls open before the first row
    private TallyPanesOperator(boolean isOfSessions, MetricCatalog catalog, long intervalMillis) {
        this.isOfSessions = isOfSessions;
        this.catalog = catalog;
        this.intervalMillis = intervalMillis;
    }

    /**
     * For the metrics over clicks.
     *
     * @param intervalMillis the longest a click waits, in processing time; {@link #NO_INTERVAL} for as long as it can
     */
    public static TallyPanesOperator<io.openclickstream.schemas.click.ReceivedClick> ofClicks(
            MetricCatalog catalog, long intervalMillis) {
        return new TallyPanesOperator<>(false, catalog, intervalMillis);
    }

    /** For the metrics over final sessions. */
    public static TallyPanesOperator<io.openclickstream.schemas.session.Session> ofSessions(
            MetricCatalog catalog, long intervalMillis) {
        return new TallyPanesOperator<>(true, catalog, intervalMillis);
    }

    @Override
    @SuppressWarnings("unchecked") // the factory methods bind T to the table
    public void open() throws Exception {
        super.open();
        Counter failures = getMetricGroup().counter("metricExpressionFailures");
        MetricTable<T> table = (MetricTable<T>) (isOfSessions ? MetricTable.SESSIONS : MetricTable.CLICKS);
        tally = new PaneTally<>(table, catalog.metrics(), failures::inc);
        if (intervalMillis != NO_INTERVAL) {
            scheduleDrain();
        }
    }

    private void scheduleDrain() {
        var unused = getProcessingTimeService()
                .registerTimer(getProcessingTimeService().getCurrentProcessingTime() + intervalMillis, time -> {
                    drain();
                    scheduleDrain();
                });
    }

    @Override
    public void processElement(StreamRecord<T> element) {
        tally.add(element.getValue());
        if (tally.size() >= MAX_PANES) {
            tally.drainTo(MAX_PANES / 2, this::send);
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        // Windows that stay open can wait for the next interval: the fewer parts, the less there is to merge.
        long reached = mark.getTimestamp() == Long.MAX_VALUE ? Long.MAX_VALUE : mark.getTimestamp() + 1;
        tally.drainWindowsEndingBy(reached, this::send);
        super.processWatermark(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        drain();
    }

    @Override
    public void finish() throws Exception {
        drain();
        super.finish();
    }

    private void send(PanePart part) {
        output.collect(new StreamRecord<>(part));
    }

    private void drain() {
        tally.drain(this::send);
    }
}
