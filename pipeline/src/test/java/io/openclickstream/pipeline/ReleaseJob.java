package io.openclickstream.pipeline;

import io.openclickstream.pipeline.decide.metric.Metric;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.sink.live.LivePushOperator;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.ledger.LedgerEntry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** The whole job without Kafka and lake, under the rules that the samples of all releases were made with. */
public final class ReleaseJob {
    private static final SessionRules RULES =
            new SessionRules(Duration.ofMinutes(30), Duration.ofMinutes(5), Duration.ofHours(2));

    private ReleaseJob() {}

    /** An environment that is set up as the job's main sets it up. */
    public static StreamExecutionEnvironment environment(Configuration configuration) {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        ClickstreamJob.configure(env);
        env.configure(configuration);
        return env;
    }

    /**
     * From records to live tables.
     *
     * @param metrics folder of the catalog
     * @param newLineage the lineage if there is none in state
     * @return the ledger's totals, which no live table has
     */
    public static DataStream<LedgerEntry> connect(
            DataStream<SourceRecord> records, Path metrics, URI flight, String newLineage) throws Exception {
        Duration interval = Duration.ofMillis(200);
        ClickstreamResults results =
                new ClickstreamPipeline(RULES, MetricFiles.read(metrics), interval, true).connect(records);
        results.pushTo(
                new LivePushOperator.Settings(flight, newLineage, interval, 1_000, Duration.ofSeconds(30), 64 << 20));
        return results.ledgerTotals();
    }

    /** The graph of the whole job as its main makes it. */
    public static StreamGraph streamGraph() throws Exception {
        return TopologyTest.graph();
    }

    public static int maxParallelism() {
        return ClickstreamJob.MAX_PARALLELISM;
    }

    /** SQL of the shipped metrics by their names, without comments. */
    public static Map<String, String> shippedMetrics() throws Exception {
        return MetricFiles.read(null).metrics().stream().collect(Collectors.toMap(Metric::name, Metric::sql));
    }
}
