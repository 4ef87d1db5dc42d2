package io.openclickstream.load.sidebyside;

import io.openclickstream.load.sidebyside.Job.Topic;
import io.openclickstream.pipeline.ClickstreamJob;
import io.openclickstream.pipeline.ClickstreamResults;
import io.openclickstream.pipeline.PipelineOptions;
import io.openclickstream.pipeline.decide.metric.Metric;
import io.openclickstream.pipeline.decide.metric.MetricRows;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.metric.PaneResult;
import io.openclickstream.schemas.session.Entry;
import io.openclickstream.schemas.session.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * Our job with all it does: every field decoded and checked, de-duplication, the late rule, sessions with all their
 * facts, metrics with sketches, the ledger. Only the sinks are left out, as in the other jobs.
 */
public final class ClickstreamWork {
    private static final Variation AS_COMPARED = new Variation(Duration.ofMinutes(1), List.of(), results -> {});

    /** Each query by the metric's name; the length of its windows is to be filled in. */
    private static final Map<String, String> METRICS = Map.of("urls", """
            SELECT site_id, COALESCE(url, '') AS url, COUNT(*) AS clicks, APPROX_COUNT_DISTINCT(user_id) AS users
            FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '{seconds}' SECOND(5)))
            GROUP BY window_start, window_end, site_id, COALESCE(url, '')
            """, "country_device", """
            SELECT site_id, COALESCE(country, '') AS country, COALESCE(device, '') AS device, COUNT(*) AS clicks,
              SUM(amount) FILTER (WHERE currency = 'EUR') AS revenue
            FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '{seconds}' SECOND(5)))
            GROUP BY window_start, window_end, site_id, COALESCE(country, ''), COALESCE(device, '')
            """);

    /** The digest of final sessions with their site, user, start, end, clicks, page views and orders. */
    public static final String SESSIONS = "sessions";

    /** Where the user stands among the facts of a session. */
    private static final int USER = 1;

    private ClickstreamWork() {}

    /**
     * How the job differs from the one that is compared with others.
     *
     * @param window length of the windows of both metrics, whole seconds
     * @param options further options of the job
     * @param probes may add to the job what looks at its results
     */
    public record Variation(Duration window, List<String> options, Consumer<ClickstreamResults> probes) {
        public Variation {
            options = List.copyOf(options);
        }
    }

    static void run(StreamExecutionEnvironment env, Topic topic) throws Exception {
        run(env, topic, AS_COMPARED);
    }

    /**
     * The same over a topic of JSON.
     *
     * @param servers of Kafka
     */
    public static void run(StreamExecutionEnvironment env, String servers, String topic, Variation variation)
            throws Exception {
        run(env, new Topic(servers, topic, false), variation);
    }

    private static void run(StreamExecutionEnvironment env, Topic topic, Variation variation) throws Exception {
        ClickstreamResults results = results(env, topic, variation.window(), variation.options());
        variation.probes().accept(results);
        results.finalSessions()
                .sinkTo(new DigestSink<>(SESSIONS, session -> new Object[] {
                    session.siteId(),
                    session.userId(),
                    session.startMillis(),
                    session.endMillis(),
                    session.clicks(),
                    session.pages(),
                    session.orders()
                }))
                .uid("digest-sessions");
        digest(env, results, "session_facts", ClickstreamWork::facts);
    }

    /**
     * The same, in which sessions are digested without their users, so that the digest is that of others who call them
     * otherwise.
     *
     * @param pseudonymKeys file of the keys for pseudonyms; null for user ids as they are
     */
    static void runWithoutUsers(StreamExecutionEnvironment env, Topic topic, @Nullable Path pseudonymKeys)
            throws Exception {
        List<String> options = pseudonymKeys == null ? List.of() : List.of("--pseudonyms.keys=" + pseudonymKeys);
        digest(env, results(env, topic, AS_COMPARED.window(), options), "facts_without_user", session -> {
            Object[] facts = facts(session);
            facts[USER] = "";
            return facts;
        });
    }

    private static ClickstreamResults results(
            StreamExecutionEnvironment env, Topic topic, Duration window, List<String> furtherOptions)
            throws Exception {
        Path catalog = Files.createTempDirectory("catalog");
        for (Map.Entry<String, String> metric : METRICS.entrySet()) {
            Files.writeString(
                    catalog.resolve(metric.getKey() + ".sql"),
                    metric.getValue().replace("{seconds}", String.valueOf(window.toSeconds())));
        }
        List<String> options = new ArrayList<>(List.of(
                "--kafka.bootstrap-servers=" + topic.servers(),
                "--kafka.topic=" + topic.name(),
                "--kafka.bounded=true",
                "--clicks.format=" + (topic.isAvro() ? "AVRO" : "JSON"),
                "--metrics.catalog=" + catalog,
                "--watermark.idle-timeout=366d",
                "--user.max-clicks=10000000",
                // Nothing is stored; the job only looks there for erased persons, and finds none.
                "--lake.uri=" + Files.createTempDirectory("lake").toUri(),
                "--live.uri=none"));
        options.addAll(furtherOptions);
        return ClickstreamJob.results(env, PipelineOptions.PROGRAM.read(options, Map.of()));
    }

    private static void digest(
            StreamExecutionEnvironment env, ClickstreamResults results, String name, DigestSink.ToValues<Session> facts)
            throws Exception {
        results.finalSessions().sinkTo(new DigestSink<>(name, facts)).uid("digest-session-facts");
        var rows = new Rows(results.catalog().metrics());
        results.metrics()
                .filter(PaneResult::isFinal)
                .uid("final-metrics-only")
                .sinkTo(new MetricSink(rows))
                .uid("digest-metrics");
        results.ledger()
                .sinkTo(new DigestSink<>("ledger", ClickstreamWork::outcomes))
                .uid("digest-ledger");
        env.execute("clickstream");
    }

    /** As SQL has them: an empty text for what is not there. */
    private static Object[] facts(Session session) {
        Entry entry = session.entry();
        return new Object[] {
            session.siteId(),
            session.userId(),
            session.startMillis(),
            session.endMillis(),
            session.clicks(),
            session.pages(),
            session.orders(),
            orEmpty(entry.page()),
            orEmpty(session.exitPage()),
            orEmpty(entry.referrer()),
            orEmpty(entry.utmSource()),
            orEmpty(entry.utmMedium()),
            orEmpty(entry.utmCampaign()),
            orEmpty(entry.country()),
            orEmpty(entry.device()),
            session.revenue().stream()
                    .map(money -> money.currency() + "=" + money.amount().toPlainString())
                    .collect(Collectors.joining(","))
        };
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Refuses a ledger that does not balance; what it holds depends on when checkpoints were, so it is not digested. */
    private static Object[] outcomes(LedgerEntry entry) {
        if (entry.received() != entry.outcomes()) {
            throw new IllegalStateException("The ledger does not balance: " + entry);
        }
        return new Object[0];
    }

    /** Rows of metrics in the order of the columns of the other jobs. */
    private static final class Rows implements java.io.Serializable {
        private static final long serialVersionUID = 1L;
        private final List<Metric> metrics;
        private transient @Nullable Map<String, MetricRows> rows;

        Rows(List<Metric> metrics) {
            this.metrics = metrics;
        }

        Object[] of(PaneResult result) {
            Map<String, MetricRows> known = rows;
            if (known == null) {
                known = new HashMap<>();
                for (Metric metric : metrics) {
                    known.put(metric.name(), new MetricRows(metric, () -> {}));
                }
                rows = known;
            }
            @Nullable
            Object[] values =
                    Objects.requireNonNull(known.get(result.key().metric())).values(result.key(), result.pane());
            long window = result.key().windowStartMillis();
            return result.key().metric().equals("urls")
                    ? new Object[] {values[0], values[1], window, values[2], values[3]}
                    : new Object[] {
                        values[0],
                        values[1],
                        values[2],
                        window,
                        values[3],
                        values[4] == null ? null : values[4].toString()
                    };
        }
    }

    /** Digests each metric by itself. */
    private record MetricSink(Rows rows) implements org.apache.flink.api.connector.sink2.Sink<PaneResult> {
        @Override
        public org.apache.flink.api.connector.sink2.SinkWriter<PaneResult> createWriter(
                org.apache.flink.api.connector.sink2.WriterInitContext context) {
            Digest urls = Digest.of("urls");
            Digest countryDevice = Digest.of("country_device");
            return new org.apache.flink.api.connector.sink2.SinkWriter<>() {
                @Override
                public void write(PaneResult result, Context unused) {
                    (result.key().metric().equals("urls") ? urls : countryDevice).add(rows.of(result));
                }

                @Override
                public void flush(boolean endOfInput) {}

                @Override
                public void close() {}
            };
        }
    }
}
