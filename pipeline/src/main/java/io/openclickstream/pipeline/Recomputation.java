package io.openclickstream.pipeline;

import io.openclickstream.pipeline.decide.metric.Metric;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.erasure.ErasureList;
import io.openclickstream.pipeline.operator.PseudonymSettings.Source;
import io.openclickstream.pipeline.source.ClickSource;
import io.openclickstream.pipeline.source.Coverage;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.pipeline.source.lake.LakeClickSource;
import java.io.IOException;
import java.time.Duration;
import java.util.Properties;
import java.util.UUID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job once more, bounded, over what an earlier run has read: the same topology and the same decisions on sessions
 * and metrics. What was decided by the state of things at the time is taken as given: which clicks were late, filtered
 * or duplicates. Nothing is late by itself, no user sends too much, and at the end everything is final.
 */
public final class Recomputation {
    /** The job's name on Flink's page. */
    public static final String NAME = "clickstream-recomputation";

    /** An accepted click is no duplicate, so of event ids nothing has to be remembered. */
    private static final Duration NO_HORIZON = Duration.ZERO;

    private Recomputation() {}

    /**
     * Adds the recomputation from the clicks of a lake; writes to {@code lake.uri}, which must be another one.
     *
     * @param clicksUri folder of the dataset {@code clicks}
     * @param coverage what the earlier run has read
     */
    public static void fromLake(
            StreamExecutionEnvironment env, PipelineOptions options, String clicksUri, Coverage coverage)
            throws IOException {
        ClickstreamJob.configure(env);
        String uid = ClickstreamPipeline.sourceUid().uid();
        var source = new LakeClickSource(clicksUri, coverage);
        store(
                env.fromSource(source, WatermarkStrategy.noWatermarks(), uid).uid(uid),
                NO_HORIZON,
                options,
                Source.SHOWN);
    }

    /**
     * Adds the recomputation from Kafka; writes to {@code lake.uri}, which must be another one than the earlier run's.
     *
     * @param coverage what the earlier run has read, and which of it did not count
     */
    public static void fromKafka(StreamExecutionEnvironment env, PipelineOptions options, Coverage coverage)
            throws IOException {
        ClickstreamJob.configure(env);
        String uid = ClickstreamPipeline.sourceUid().uid();
        var source = ClickSource.createCovered(
                options.kafkaBootstrapServers(),
                options.kafkaGroupId() + "-recomputation",
                ClickstreamJob.clientProperties(options.kafkaProperties()),
                coverage,
                ClickstreamJob.decoder(options));
        // Without watermarks of its own, event time moves only once, at the end.
        store(
                env.fromSource(source, WatermarkStrategy.noWatermarks(), uid).uid(uid),
                options.deduplicationHorizon(),
                options,
                Source.SENT);
    }

    /**
     * What a comparison has to know of these options: {@code sessions.final-after} and {@code metrics.NAME.final-after},
     * the milliseconds of event time after which a session's end or a window's end is final; {@code metrics.NAME.key},
     * the columns that identify a metric's row, separated by commas.
     */
    public static Properties finality(PipelineOptions options) throws IOException {
        SessionRules rules = rules(options, NO_HORIZON);
        Properties finality = new Properties();
        // A session is final one millisecond after the last moment at which a click could touch it.
        finality.setProperty(
                "sessions.final-after", Long.toString(rules.finalAfter().toMillis() + 1));
        for (Metric metric : ClickstreamJob.catalog(options).metrics()) {
            Duration after = metric.isOfSessions() ? rules.finalAfter() : rules.allowedLateness();
            finality.setProperty("metrics." + metric.name() + ".final-after", Long.toString(after.toMillis()));
            finality.setProperty("metrics." + metric.name() + ".key", String.join(",", metric.primaryKey()));
        }
        return finality;
    }

    private static void store(
            DataStream<SourceRecord> records, Duration horizon, PipelineOptions options, Source userIds)
            throws IOException {
        ClickstreamJob.results(records, rules(options, horizon), options, userIds, ErasureList.NONE)
                .storeIn(LakeChecks.target(options, UUID.randomUUID().toString()));
    }

    private static SessionRules rules(PipelineOptions options, Duration horizon) {
        return new SessionRules(
                ClickstreamJob.sessionPolicy(options), options.sessionAllowedLateness(), horizon, Long.MAX_VALUE);
    }
}
