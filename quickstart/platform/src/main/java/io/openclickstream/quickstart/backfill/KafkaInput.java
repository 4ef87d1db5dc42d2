package io.openclickstream.quickstart.backfill;

import io.openclickstream.quickstart.backfill.BackfillSettings.KafkaRange;
import io.openclickstream.quickstart.platform.CannotStartException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** A range of a Kafka topic. Reads committed records only, as the job does, and joins no group. */
record KafkaInput(KafkaRange range) implements BackfillInput {
    private static final Duration CALL_BOUND = Duration.ofSeconds(30);
    private static final Duration SILENCE_BOUND = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(500);

    /** Offsets of a partition, the second one left out. */
    private record Range(long from, long to) {}

    @Override
    public Read writeTo(RecordWriter records, Path work) throws IOException, CannotStartException {
        String topic = range.topic();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Map<TopicPartition, Range> ranges = ranges(consumer);
            copy(consumer, ranges, records);
            String read = ranges.entrySet().stream()
                    .map(each -> "%d:%d-%d"
                            .formatted(
                                    each.getKey().partition(),
                                    each.getValue().from(),
                                    each.getValue().to()))
                    .collect(Collectors.joining(" "));
            return new Read(
                    "kafka %s %s".formatted(topic, read),
                    topic,
                    List.of("read %,d records of the topic %s: offsets %s".formatted(records.records(), topic, read)));
        } catch (KafkaException e) {
            throw new IOException(
                    "Kafka at %s does not answer as it should: %s".formatted(range.brokers(), reason(e)), e);
        }
    }

    /** A client that cannot be made says why in the last of its causes only. */
    private static String reason(KafkaException failure) {
        Throwable last = failure;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return last == failure
                ? String.valueOf(failure.getMessage())
                : "%s: %s".formatted(failure.getMessage(), last.getMessage());
    }

    /** Those of the file, and ours, which win. */
    private Properties properties() throws IOException {
        Properties properties = new Properties();
        Path file = range.properties();
        if (file != null) {
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
        }
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, range.brokers());
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(CALL_BOUND.toMillis()));
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return properties;
    }

    @Override
    public Map<String, String> pipelineOptions() {
        return Map.of();
    }

    private Map<TopicPartition, Range> ranges(KafkaConsumer<byte[], byte[]> consumer) throws CannotStartException {
        String topic = range.topic();
        List<TopicPartition> partitions = new ArrayList<>();
        consumer.partitionsFor(topic).forEach(each -> partitions.add(new TopicPartition(topic, each.partition())));
        if (partitions.isEmpty()) {
            throw new CannotStartException(
                    "Cannot backfill: Kafka at %s has no topic %s.".formatted(range.brokers(), topic));
        }
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> first = range.from() == null ? begins : offsets(consumer, range.from(), ends);
        Map<TopicPartition, Long> last = offsets(consumer, range.to(), ends);
        Map<TopicPartition, Range> ranges = new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
        for (TopicPartition partition : partitions) {
            long begin = begins.getOrDefault(partition, 0L);
            long end = ends.getOrDefault(partition, 0L);
            @Nullable Long begun = first.get(partition);
            @Nullable Long ended = last.get(partition);
            if (begun != null && ended != null) {
                if (begun < begin || ended > end) {
                    throw new CannotStartException(
                            "Cannot backfill: of partition %d of %s Kafka has the offsets %d to %d, and %d to %d are asked for. Give a range that is there."
                                    .formatted(partition.partition(), topic, begin, end, begun, ended));
                }
                if (begun < ended) {
                    ranges.put(partition, new Range(begun, ended));
                }
            }
        }
        if (ranges.isEmpty()) {
            throw new CannotStartException(
                    "Cannot backfill: the topic %s has no record from %s to %s. Give a range that holds some."
                            .formatted(topic, range.from() == null ? "its beginning" : range.from(), range.to()));
        }
        return ranges;
    }

    private Map<TopicPartition, Long> offsets(
            KafkaConsumer<byte[], byte[]> consumer, Bound bound, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        if (bound instanceof Bound.Offsets given) {
            given.byPartition()
                    .forEach((partition, offset) -> offsets.put(new TopicPartition(range.topic(), partition), offset));
        } else if (bound instanceof Bound.Time time) {
            Map<TopicPartition, Long> times = new HashMap<>();
            ends.keySet().forEach(partition -> times.put(partition, time.time().toEpochMilli()));
            Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
            ends.forEach((partition, end) -> {
                @Nullable OffsetAndTimestamp at = found.get(partition);
                offsets.put(partition, at == null ? end : Long.valueOf(at.offset()));
            });
        }
        return offsets;
    }

    private static void copy(
            KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Range> ranges, RecordWriter records)
            throws IOException {
        consumer.assign(ranges.keySet());
        ranges.forEach((partition, range) -> consumer.seek(partition, range.from()));
        Map<TopicPartition, Range> left = new HashMap<>(ranges);
        long deadline = System.nanoTime() + SILENCE_BOUND.toNanos();
        while (!left.isEmpty()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                Range range = ranges.get(new TopicPartition(record.topic(), record.partition()));
                if (range != null && record.offset() < range.to()) {
                    records.write(
                            record.partition(), record.offset(), record.timestamp(), record.key(), record.value());
                    deadline = System.nanoTime() + SILENCE_BOUND.toNanos();
                }
            }
            left.entrySet()
                    .removeIf(each ->
                            consumer.position(each.getKey()) >= each.getValue().to());
            ranges.keySet().stream()
                    .filter(partition -> !left.containsKey(partition))
                    .forEach(partition -> consumer.pause(List.of(partition)));
            if (System.nanoTime() > deadline) {
                throw new IOException("Kafka has sent nothing for %d s, and of %s records are missing"
                        .formatted(SILENCE_BOUND.toSeconds(), left.keySet()));
            }
        }
    }
}
