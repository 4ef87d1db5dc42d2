package io.openclickstream.load.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Asks Flink's REST interface about its one running job. */
final class FlinkRest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final URI address;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    FlinkRest(String address) {
        this.address = URI.create(address.replaceFirst("/+$", ""));
    }

    /**
     * A job that runs.
     *
     * @param running when it reached the state RUNNING
     */
    record Job(String id, String name, Instant running) {}

    /** A completed checkpoint. */
    record Checkpoint(long id, Instant completed) {}

    /**
     * The job in state RUNNING that began last; empty when Flink cannot be reached or has none, as at start-up.
     */
    Optional<Job> runningJob() throws InterruptedException {
        try {
            Optional<String> id = StreamSupport.stream(
                            get("/jobs/overview").path("jobs").spliterator(), false)
                    .filter(job -> job.path("state").asText().equals("RUNNING"))
                    .max(Comparator.comparingLong(job -> job.path("start-time").asLong()))
                    .map(job -> job.path("jid").asText());
            if (id.isEmpty()) {
                return Optional.empty();
            }
            JsonNode job = get("/jobs/" + id.get());
            long running = job.path("timestamps").path("RUNNING").asLong();
            return Optional.of(new Job(id.get(), job.path("name").asText(), Instant.ofEpochMilli(running)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * The newest completed checkpoint; empty before the first.
     *
     * @throws IOException when Flink cannot be reached or does not know the job any more
     */
    Optional<Checkpoint> completedCheckpoint(Job job) throws IOException, InterruptedException {
        JsonNode completed =
                get("/jobs/" + job.id() + "/checkpoints").path("latest").path("completed");
        return completed.hasNonNull("id")
                ? Optional.of(new Checkpoint(
                        completed.get("id").asLong(),
                        Instant.ofEpochMilli(
                                completed.path("latest_ack_timestamp").asLong())))
                : Optional.empty();
    }

    /** Flink's version and settings, as it states them. */
    JsonNode settings() throws IOException, InterruptedException {
        return get("/config");
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(TIMEOUT)
                .build();
        HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException("Flink answered %s with status %d. Does the job still run? See %s."
                    .formatted(path, response.statusCode(), address));
        }
        return JSON.readTree(response.body());
    }
}
