package io.openclickstream.pipeline.release;

import io.openclickstream.pipeline.source.SourceRecord;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.streaming.api.functions.source.legacy.SourceFunction;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * Puts out a story, {@link SampleRecords}, and then ends or waits to be stopped. It keeps no state, so that a savepoint
 * holds ours alone: what the Kafka source keeps is Flink's to promise, and its place in the story is ours to know.
 */
@SuppressWarnings("deprecation") // Flink's newer sources all have state, which the restored job would have to drop
final class SampleSource implements SourceFunction<SourceRecord> {
    private static final long serialVersionUID = 1L;
    private static final Set<String> AT_THE_END = ConcurrentHashMap.newKeySet();

    private final String id;
    private final List<String> lines;
    private final boolean ends;
    private final Cancellation cancelled = new Cancellation();

    /**
     * @param id one that no other source of this JVM has
     * @param ends whether the input ends after the last line
     */
    SampleSource(String id, List<String> lines, boolean ends) {
        this.id = id;
        this.lines = lines;
        this.ends = ends;
    }

    /** Whether all was put out, so that the next savepoint comes after all of it. */
    static boolean isAtTheEnd(String id) {
        return AT_THE_END.contains(id);
    }

    @Override
    public void run(SourceContext<SourceRecord> context) throws Exception {
        for (String line : lines) {
            synchronized (context.getCheckpointLock()) {
                Long watermark = SampleRecords.watermarkMillis(line);
                if (watermark != null) {
                    context.emitWatermark(new Watermark(watermark));
                } else {
                    SourceRecord read = SampleRecords.record(line);
                    context.collectWithTimestamp(
                            read,
                            read.click() == null ? 0 : read.click().click().eventTimeMillis());
                }
            }
        }
        AT_THE_END.add(id);
        if (!ends) {
            cancelled.latch.await();
        }
    }

    @Override
    public void cancel() {
        cancelled.latch.countDown();
    }

    /** A latch that every copy of the source makes anew. */
    private static final class Cancellation implements Serializable {
        private static final long serialVersionUID = 1L;
        private transient CountDownLatch latch = new CountDownLatch(1);

        private Object readResolve() {
            return new Cancellation();
        }
    }
}
