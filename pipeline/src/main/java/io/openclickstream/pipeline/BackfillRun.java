package io.openclickstream.pipeline;

import io.openclickstream.lake.LakeTable;
import io.openclickstream.pipeline.decide.metric.Metric;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.operator.PseudonymSettings;
import io.openclickstream.pipeline.sink.lake.LakeDataset;
import io.openclickstream.pipeline.sink.lake.LakeTarget;
import io.openclickstream.pipeline.source.BackfillSpan;
import io.openclickstream.pipeline.source.ClickSource;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.pipeline.source.record.RecordFileSource;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFilterFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job once more, bounded, over records of the past: the same topology and the same decisions, to its end, at which
 * everything is final. It writes a lake of its own, which is then added to the job's.
 */
public final class BackfillRun {
    /** The job's name on Flink's page. */
    public static final String NAME = "clickstream-backfill";

    /** Name of the accumulator that counts clicks outside of the span. */
    public static final String OUTSIDE = "outside";

    private BackfillRun() {}

    /**
     * What is read.
     *
     * @param file on this machine's disk, as {@link RecordFileSource} reads it
     * @param topic that rows name
     * @param partitions all that the records come from
     * @param span clicks outside of it are counted, and nothing else
     */
    public record Input(String file, String topic, Set<Integer> partitions, BackfillSpan span) {}

    /**
     * Adds the run; the caller executes it.
     *
     * @param options those of the job; {@code lake.uri} names the lake of its own, whose list of erased persons counts
     * @param lineage that its files name
     */
    public static void connect(StreamExecutionEnvironment env, PipelineOptions options, Input input, String lineage)
            throws IOException {
        ClickstreamJob.configure(env);
        String uid = ClickstreamPipeline.sourceUid().uid();
        var source = new RecordFileSource(input.file(), input.topic(), ClickstreamJob.decoding(options));
        var watermarks =
                ClickSource.backfillWatermarks(input.partitions(), input.span(), options.watermarkOutOfOrderness());
        var records = env.fromSource(source, watermarks, uid)
                .uid(uid)
                .setParallelism(1)
                .filter(new Within(input.span()))
                .uid("backfill-span")
                .name("backfill-span")
                .setParallelism(1)
                // The clicks of a user stay in their order, as those of a partition do in the job.
                .partitionCustom((user, count) -> Math.floorMod(user.hashCode(), count), BackfillRun::userOf);
        var rules = new SessionRules(
                ClickstreamJob.sessionPolicy(options),
                options.sessionAllowedLateness(),
                options.deduplicationHorizon(),
                options.userMaxClicks());
        ClickstreamJob.results(records, rules, options, PseudonymSettings.Source.SENT, LakeChecks.erasures(options))
                .storeIn(LakeTarget.embedded(options.lakeUri(), lineage));
    }

    private static String userOf(SourceRecord record) {
        return record.click() == null ? "" : record.click().click().userId();
    }

    /** All tables of a lake that a job with these options writes, always in the same order. */
    public static List<LakeTable> tables(PipelineOptions options) throws IOException {
        return LakeDataset.tables(ClickstreamJob.catalog(options));
    }

    /** Why a moment cannot be a border: one sentence for each metric that has a window on both sides of it. */
    public static List<String> windowsCutBy(PipelineOptions options, Instant border) throws IOException {
        List<String> cut = new ArrayList<>();
        for (Metric metric : ClickstreamJob.catalog(options).metrics()) {
            long after = Math.floorMod(border.toEpochMilli(), metric.windowMillis());
            if (after != 0) {
                cut.add(
                        "%s lies in the middle of a window of the metric %s, which would be there twice, once for each side. Give %s, or %s."
                                .formatted(
                                        border,
                                        metric.name(),
                                        border.minusMillis(after),
                                        border.minusMillis(after).plusMillis(metric.windowMillis())));
            }
        }
        return cut;
    }

    /** Lets through what is the backfill's business. */
    private static final class Within extends RichFilterFunction<SourceRecord> {
        private static final long serialVersionUID = 1L;

        private final BackfillSpan span;
        private transient LongCounter outside;

        @SuppressWarnings("NullAway.Init") // Flink calls open before the first record
        Within(BackfillSpan span) {
            this.span = span;
        }

        @Override
        public void open(OpenContext context) {
            outside = new LongCounter();
            getRuntimeContext().addAccumulator(OUTSIDE, outside);
        }

        @Override
        public boolean filter(SourceRecord record) {
            boolean isWithin = span.has(record);
            if (!isWithin) {
                outside.add(1);
            }
            return isWithin;
        }
    }
}
