package io.openclickstream.quickstart.backfill;

import io.openclickstream.options.ByteSize;
import io.openclickstream.quickstart.replay.ReplaySettings;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is added to which lake, and how.
 *
 * @param root the checkout, where the built modules are
 * @param name of the backfill
 * @param from first event time that is its business; null for no bound
 * @param until first event time after it
 * @param files clicks come from; empty when they come from Kafka
 * @param kafka clicks come from; null when they come from files
 * @param work folder for what is read and computed; emptied afterwards
 * @param lakeArguments that say where the lake is, as {@code --name=value}
 * @param secretKey of the object store; null to have it found
 * @param memory of the process that computes
 * @param pipelineOptions the job's options, by dotted name; those that say from where to where do not count
 */
public record BackfillSettings(
        Path root,
        String name,
        @Nullable Instant from,
        Instant until,
        List<ReplaySettings> files,
        @Nullable KafkaRange kafka,
        Path work,
        List<String> lakeArguments,
        @Nullable String secretKey,
        int parallelism,
        ByteSize memory,
        Map<String, String> pipelineOptions,
        boolean isDryRun,
        boolean isWithdrawn) {
    /** Pipeline options that a backfill sets itself. */
    public static final Set<String> TAKEN = Set.of(
            "lake.uri",
            "lake.catalog",
            "lake.catalog-properties",
            "live.uri",
            "kafka.bootstrap-servers",
            "kafka.topic",
            "kafka.bounded");

    /**
     * A range of a topic.
     *
     * @param from null for its beginning
     * @param to the end, which is left out
     * @param properties file of further properties of the client; null for none
     */
    public record KafkaRange(
            String brokers,
            String topic,
            @Nullable Bound from,
            Bound to,
            @Nullable Path properties) {}

    public BackfillSettings {
        Map<String, String> own = new HashMap<>(pipelineOptions);
        own.keySet().removeAll(TAKEN);
        pipelineOptions = Map.copyOf(own);
        files = List.copyOf(files);
        lakeArguments = List.copyOf(lakeArguments);
    }
}
