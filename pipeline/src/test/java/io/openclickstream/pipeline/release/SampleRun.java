package io.openclickstream.pipeline.release;

import static org.awaitility.Awaitility.await;

import io.openclickstream.pipeline.ReleaseJob;
import io.openclickstream.pipeline.sink.live.KeepingFlightServer;
import io.openclickstream.pipeline.source.WireType;
import io.openclickstream.schemas.ledger.LedgerEntry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Runs the job over a story, from nothing or from a savepoint, and tells what became final.
 *
 * @param metrics folder of the catalog
 */
record SampleRun(String backend, int parallelism, Path metrics) {
    /** The lineage of every sample; a restored job has it from state only. */
    static final String LINEAGE = "00000000-0000-0001-0000-000000000002";

    private static final Duration BOUND = Duration.ofMinutes(4);

    /**
     * Runs to the end of a story.
     *
     * @param savepoint to begin with; null to begin without state
     * @return the final rows of all live tables and the ledger's totals, sorted
     */
    List<String> toTheEnd(Path savepoint, List<String> story) throws Exception {
        Configuration restore = new Configuration();
        if (savepoint != null) {
            restore.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint.toUri().toString());
        }
        try (KeepingFlightServer flight = new KeepingFlightServer()) {
            String newLineage = savepoint == null ? LINEAGE : UUID.randomUUID().toString();
            String id = newId();
            StreamExecutionEnvironment env = job(restore, id, new SampleSource(id, story, true), flight, newLineage);
            env.executeAsync("sample").getJobExecutionResult().get(BOUND.toSeconds(), TimeUnit.SECONDS);
            return finalRows(flight, id);
        }
    }

    /**
     * Runs over a story and stops with a canonical savepoint.
     *
     * @param target folder in which the savepoint's folder is made
     * @return where it is, and the rows that were final before it
     */
    Stopped untilStopped(List<String> story, Path target) throws Exception {
        String id = newId();
        try (KeepingFlightServer flight = new KeepingFlightServer()) {
            StreamExecutionEnvironment env =
                    job(new Configuration(), id, new SampleSource(id, story, false), flight, LINEAGE);
            JobClient job = env.executeAsync("sample");
            await().atMost(BOUND).until(() -> SampleSource.isAtTheEnd(id));
            // Flink refuses while some task is still being started.
            String savepoint = await().atMost(BOUND)
                    .ignoreException(ExecutionException.class)
                    .until(
                            () -> job.triggerSavepoint(target.toUri().toString(), SavepointFormatType.CANONICAL)
                                    .get(BOUND.toSeconds(), TimeUnit.SECONDS),
                            Objects::nonNull);
            job.cancel().get(BOUND.toSeconds(), TimeUnit.SECONDS);
            await().atMost(BOUND)
                    .until(() -> job.getJobStatus().get(BOUND.toSeconds(), TimeUnit.SECONDS) == JobStatus.CANCELED);
            return new Stopped(Path.of(URI.create(savepoint)), finalRows(flight, id));
        }
    }

    /** What {@link #untilStopped} leaves. */
    record Stopped(Path savepoint, List<String> rows) {}

    @SuppressWarnings("deprecation") // see SampleSource
    private StreamExecutionEnvironment job(
            Configuration configuration, String id, SampleSource source, KeepingFlightServer flight, String newLineage)
            throws Exception {
        StreamExecutionEnvironment env = ReleaseJob.environment(configuration
                .set(RestartStrategyOptions.RESTART_STRATEGY, "none")
                .set(StateBackendOptions.STATE_BACKEND, backend));
        env.setParallelism(parallelism);
        var records = env.addSource(source, "sample", WireType.SOURCE_RECORD).uid("sample-source");
        ReleaseJob.connect(records, metrics, flight.uri(), newLineage)
                .map(new SampleTotals(id))
                .uid("sample-totals")
                .sinkTo(new DiscardingSink<>())
                .uid("sample-sink");
        return env;
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }

    /** Without what a run decides: epochs, and how often a session's row changed. */
    private static List<String> finalRows(KeepingFlightServer flight, String id) {
        TreeSet<String> rows = new TreeSet<>();
        for (KeepingFlightServer.Put put : flight.puts()) {
            String table = put.header().table();
            for (String row : put.rows()) {
                List<String> columns = List.of(row.split("\\|", -1));
                if (table.equals("sessions") && columns.get(9).equals("true")) {
                    rows.add(row(table, columns.subList(0, columns.size() - 2), List.of()));
                } else if (row.endsWith("|true|true|0")) {
                    rows.add(row(table, columns.subList(0, columns.size() - 3), List.of()));
                }
            }
        }
        flight.puts().stream()
                .map(put -> "lineage of " + put.header().table() + "|"
                        + put.header().lineage())
                .forEach(rows::add);
        for (LedgerEntry total : SampleTotals.of(id)) {
            rows.add("ledger|%s|%d|%d|%d|%d|%d|%d|%d|%d|%d"
                    .formatted(
                            total.topic(),
                            total.partition(),
                            total.toOffset(),
                            total.received(),
                            total.accepted(),
                            total.duplicate(),
                            total.late(),
                            total.malformed(),
                            total.future(),
                            total.filtered()));
        }
        return new ArrayList<>(rows);
    }

    private static String row(String table, List<String> first, List<String> rest) {
        return table + "|" + String.join("|", first) + (rest.isEmpty() ? "" : "|" + String.join("|", rest));
    }
}
