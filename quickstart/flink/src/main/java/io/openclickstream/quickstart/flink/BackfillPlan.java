package io.openclickstream.quickstart.flink;

import io.openclickstream.lake.Backfill;
import io.openclickstream.pipeline.BackfillRun;
import io.openclickstream.pipeline.source.BackfillSpan;
import io.openclickstream.schemas.lake.BackfillLineage;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is to be added, as the launcher has written it: {@value #FILE} with {@code name}, {@code until}, maybe {@code from},
 * {@code input} and {@code topic}, and {@code partitions} as numbers separated by commas; {@value #RECORDS} beside it.
 */
record BackfillPlan(Path folder, Backfill backfill, String topic, Set<Integer> partitions) {
    private static final String FILE = "backfill.properties";
    private static final String RECORDS = "records.bin";

    static BackfillPlan read(Path folder) throws IOException {
        Properties plan = new Properties();
        try (Reader file = Files.newBufferedReader(folder.resolve(FILE))) {
            plan.load(file);
        }
        @Nullable String from = plan.getProperty("from");
        return new BackfillPlan(
                folder,
                new Backfill(
                        plan.getProperty("name"),
                        plan.getProperty("input"),
                        from == null ? null : Instant.parse(from),
                        Instant.parse(plan.getProperty("until"))),
                plan.getProperty("topic"),
                Stream.of(plan.getProperty("partitions").split(",", -1))
                        .filter(partition -> !partition.isEmpty())
                        .map(Integer::valueOf)
                        .collect(Collectors.toSet()));
    }

    /** The topic of Kafka that the records come from; null for files. */
    @Nullable
    String sourceTopic() {
        String ofFiles = BackfillLineage.TOPIC + backfill.name();
        return topic.equals(ofFiles) ? null : topic.substring(ofFiles.length() + 1);
    }

    BackfillRun.Input input() {
        Instant from = backfill.from();
        return new BackfillRun.Input(
                folder.resolve(RECORDS).toAbsolutePath().toString(),
                topic,
                partitions,
                new BackfillSpan(
                        from == null ? Long.MIN_VALUE : from.toEpochMilli(),
                        backfill.until().toEpochMilli()));
    }
}
