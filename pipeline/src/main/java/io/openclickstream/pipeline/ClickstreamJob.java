package io.openclickstream.pipeline;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.metric.WrongCatalogException;
import io.openclickstream.pipeline.decide.session.SessionPolicy;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.erasure.ErasureList;
import io.openclickstream.pipeline.operator.PseudonymSettings;
import io.openclickstream.pipeline.sink.live.LivePushOperator;
import io.openclickstream.pipeline.source.ClickDecoder;
import io.openclickstream.pipeline.source.ClickSource;
import io.openclickstream.pipeline.source.SourceRecord;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/** The job's main: options in, one Flink job out. */
public final class ClickstreamJob {
    /** The job's name on Flink's page. */
    public static final String NAME = "clickstream";

    /** Bounds how far the job can ever be scaled out; part of every savepoint, so never changed. */
    public static final int MAX_PARALLELISM = 128;

    private static final long LIVE_MEMORY_BYTES = 256L << 20;

    private ClickstreamJob() {}

    /** Submits the job to the Flink cluster it is started on. */
    public static void main(String[] args) throws Exception {
        int exitCode = PipelineOptions.PROGRAM.run(args, System.getenv(), options -> {
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
            connect(env, options);
            env.execute(NAME);
            return 0;
        });
        if (exitCode != 0) {
            throw new IllegalArgumentException("The job was not started; the reasons stand above.");
        }
    }

    /** Adds the whole job to the environment; the caller executes it. */
    public static void connect(StreamExecutionEnvironment env, PipelineOptions options) throws IOException {
        ClickstreamResults results = results(env, options);
        String lineage = UUID.randomUUID().toString(); // a job that is restored has its own
        if (isGiven(options.lakeUri())) {
            results.storeIn(LakeChecks.target(options, lineage));
        }
        if (isGiven(options.liveUri())) {
            results.pushTo(new LivePushOperator.Settings(
                    URI.create(options.liveUri()),
                    LiveChecks.access(options),
                    lineage,
                    options.liveFlushInterval(),
                    options.liveBatchRows(),
                    options.liveMaxOutage(),
                    LIVE_MEMORY_BYTES));
        }
    }

    /** Adds all of the job but its sinks; the caller takes the results somewhere and executes it. */
    public static ClickstreamResults results(StreamExecutionEnvironment env, PipelineOptions options)
            throws IOException {
        configure(env);
        var source = ClickSource.create(
                options.kafkaBootstrapServers(),
                options.kafkaTopic(),
                options.kafkaGroupId(),
                clientProperties(options.kafkaProperties()),
                options.kafkaBounded(),
                decoder(options));
        var watermarks = ClickSource.watermarks(options.watermarkOutOfOrderness(), options.watermarkIdleTimeout());
        String sourceUid = ClickstreamPipeline.sourceUid().uid();
        var records = env.fromSource(source, watermarks, sourceUid).uid(sourceUid);
        var rules = new SessionRules(
                sessionPolicy(options),
                options.sessionAllowedLateness(),
                options.deduplicationHorizon(),
                options.userMaxClicks());
        ErasureList erasures = isGiven(options.lakeUri()) ? LakeChecks.erasures(options) : ErasureList.NONE;
        return results(records, rules, options, PseudonymSettings.Source.SENT, erasures);
    }

    /** What the job computes from these records, by these rules. */
    static ClickstreamResults results(
            DataStream<SourceRecord> records,
            SessionRules rules,
            PipelineOptions options,
            PseudonymSettings.Source userIds,
            ErasureList erasures)
            throws IOException {
        return new ClickstreamPipeline(
                        rules,
                        catalog(options),
                        options.liveFlushInterval(),
                        isGiven(options.liveUri()),
                        PseudonymChecks.settings(options, userIds),
                        erasures)
                .connect(records);
    }

    /** Reads records as the options say. */
    static ClickDecoder decoder(PipelineOptions options) {
        return new ClickDecoder(decoding(options));
    }

    /** How the options say that records are read. */
    static ClickDecoder.Settings decoding(PipelineOptions options) {
        var rules = new ClickRules(options.clicksDefaultSite(), options.clicksMaxFutureSkew());
        return new ClickDecoder.Settings(
                options.clicksFormat(),
                options.clicksSchemaId(),
                options.clicksMaxBytes().bytesAsInt(),
                rules);
    }

    private static boolean isGiven(String uri) {
        return !uri.equals(PipelineOptions.NONE);
    }

    /** The metrics; the options were checked, so only a folder that has changed since is wrong here. */
    static MetricCatalog catalog(PipelineOptions options) throws IOException {
        try {
            return MetricFiles.read(options.metricsCatalog());
        } catch (WrongCatalogException e) {
            throw new IllegalArgumentException("The metrics cannot be computed:\n" + e.getMessage(), e);
        }
    }

    /** What the job relies on, whatever the cluster's configuration says. */
    static void configure(StreamExecutionEnvironment env) {
        Configuration configuration = new Configuration();
        configuration.set(org.apache.flink.configuration.PipelineOptions.GENERIC_TYPES, false);
        configuration.set(org.apache.flink.configuration.PipelineOptions.AUTO_GENERATE_UIDS, false);
        configuration.set(org.apache.flink.configuration.PipelineOptions.OBJECT_REUSE, true);
        // Else clicks on their way would be in checkpoints, those of erased persons too (decision 0040).
        configuration.set(CheckpointingOptions.ENABLE_UNALIGNED, false);
        StateSettings.addTo(configuration);
        env.configure(configuration);
        env.setMaxParallelism(MAX_PARALLELISM);
    }

    /** The preset's rules, and every option that was given instead of one of them. */
    static SessionPolicy sessionPolicy(PipelineOptions options) {
        SessionPolicy.Preset preset = options.sessionPreset();
        Duration maxDuration = given(options.sessionMaxDuration(), preset.maxDuration());
        return new SessionPolicy(
                options.sessionGap() == null ? preset.gap() : options.sessionGap(),
                maxDuration == null || maxDuration.isZero() ? null : maxDuration,
                options.sessionMaxClicks(),
                options.sessionCutAtMidnight() == null ? preset.cutAtMidnight() : options.sessionCutAtMidnight(),
                options.sessionTimeZone(),
                options.sessionSiteTimeZones() == null ? Map.of() : options.sessionSiteTimeZones(),
                options.sessionCutOnCampaignChange() == null
                        ? preset.cutOnCampaignChange()
                        : options.sessionCutOnCampaignChange(),
                options.sessionAccountProperty());
    }

    private static @Nullable Duration given(@Nullable Duration option, @Nullable Duration preset) {
        return option == null ? preset : option;
    }

    static Properties clientProperties(@Nullable Path file) throws IOException {
        Properties properties = new Properties();
        if (file != null) {
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
        }
        return properties;
    }
}
