package io.openclickstream.quickstart.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Asks Flink about the one job that runs in it, and stops it. */
public final class FlinkRest {
    private static final Set<String> ENDS = Set.of("FINISHED", "FAILED", "CANCELED");

    private final URI address;
    private final Http http;

    FlinkRest(URI address, Http http) {
        this.address = address;
        this.http = http;
    }

    /**
     * The job.
     *
     * @param state such as {@code RUNNING} or {@code RESTARTING}
     * @param allRunning whether every subtask runs
     */
    public record Job(String id, String state, boolean allRunning) {}

    /** A completed checkpoint. */
    public record Checkpoint(long id, Instant completed) {}

    /** The job, the newest where there are several; empty when Flink does not answer or has none. */
    public Optional<Job> job() throws InterruptedException {
        try {
            Job newest = null;
            long newestStart = Long.MIN_VALUE;
            for (JsonNode job : http.get(address.resolve("/jobs/overview")).path("jobs")) {
                if (job.path("start-time").asLong() >= newestStart) {
                    newestStart = job.path("start-time").asLong();
                    JsonNode tasks = job.path("tasks");
                    int total = tasks.path("total").asInt();
                    boolean allRunning = total > 0 && tasks.path("running").asInt() == total;
                    newest = new Job(job.path("jid").asText(), job.path("state").asText(), allRunning);
                }
            }
            return Optional.ofNullable(newest);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The newest completed checkpoint of the job, or the one it was restored from. */
    public Optional<Checkpoint> lastCheckpoint(String jobId) throws InterruptedException {
        try {
            JsonNode latest =
                    http.get(address.resolve("/jobs/" + jobId + "/checkpoints")).path("latest");
            JsonNode completed = latest.path("completed");
            if (completed.isObject()) {
                return Optional.of(new Checkpoint(
                        completed.path("id").asLong(),
                        Instant.ofEpochMilli(
                                completed.path("latest_ack_timestamp").asLong())));
            }
            JsonNode restored = latest.path("restored");
            return restored.isObject()
                    ? Optional.of(new Checkpoint(
                            restored.path("id").asLong(),
                            Instant.ofEpochMilli(
                                    restored.path("restore_timestamp").asLong())))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether the job goes on from where it stopped when it is started again. */
    public enum StopMode {
        /** Keeps open sessions open. */
        SUSPEND,
        /** Ends event time: every open session becomes final. Clicks that come after it are late. */
        DRAIN
    }

    /**
     * Stops the job with a savepoint and waits until it is written and the job has ended: what comes before the savepoint
     * is in the lake then.
     *
     * @param bound for the savepoint, and for the end after it; an end that does not come within it is not waited for
     * @return where the savepoint is
     * @throws IOException when it is not written within the bound, or Flink refuses
     */
    public String stop(String jobId, StopMode mode, String folder, Duration bound)
            throws IOException, InterruptedException {
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("drain", mode == StopMode.DRAIN)
                .put("targetDirectory", folder);
        String request = http.post(address.resolve("/jobs/" + jobId + "/stop"), body)
                .path("request-id")
                .asText();
        URI progress = address.resolve("/jobs/" + jobId + "/savepoints/" + request);
        long deadline = System.nanoTime() + bound.toNanos();
        while (System.nanoTime() < deadline) {
            JsonNode answer = http.get(progress);
            if (answer.path("status").path("id").asText().equals("COMPLETED")) {
                JsonNode operation = answer.path("operation");
                if (operation.hasNonNull("location")) {
                    awaitEnd(jobId, deadline);
                    return operation.path("location").asText();
                }
                throw new IOException("Flink could not stop the job: "
                        + operation
                                .path("failure-cause")
                                .path("stack-trace")
                                .asText("no cause given")
                                .lines()
                                .findFirst()
                                .orElse(""));
            }
            Thread.sleep(100);
        }
        throw new IOException("the job's savepoint was not written within " + bound.toSeconds() + " s");
    }

    private void awaitEnd(String jobId, long deadline) throws IOException, InterruptedException {
        URI status =
                address.resolve("/jobs/" + jobId + "/status"); // what Flink tells of the whole job may be seconds old
        while (System.nanoTime() < deadline
                && !ENDS.contains(http.get(status).path("status").asText())) {
            Thread.sleep(100);
        }
    }
}
