package io.openclickstream.pipeline.source;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;

/** The Kafka source of clicks and its watermarks. */
public final class ClickSource {
    /** Shorter than the broker's latency, discovery assigns a partition twice (FLINK-40615). */
    private static final Duration PARTITION_DISCOVERY = Duration.ofSeconds(60);

    /**
     * Kafka's own default, spelt out. A backlog fills whatever is asked for, and each answer is one array that is zeroed,
     * filled and thrown away: large ones leave the caches and are humongous to the garbage collector. A longer record is
     * sent all the same.
     */
    private static final int MAX_FETCH_BYTES_PER_PARTITION = 1 << 20;

    /**
     * How many records the fetching thread hands over at once. What a poll and a hand-over cost besides was a third of
     * that thread's time with Kafka's default of 500. Nothing waits for a batch to fill.
     */
    private static final int MAX_RECORDS_PER_POLL = 2_000;

    private ClickSource() {}

    /**
     * Reads a topic from its beginning, or from where the restored state says; only committed records.
     *
     * @param isBounded whether to end at what the topic holds when the job starts
     * @param clientProperties further properties of the Kafka client, such as its security settings
     */
    public static KafkaSource<SourceRecord> create(
            String bootstrapServers,
            String topic,
            String groupId,
            Properties clientProperties,
            boolean isBounded,
            ClickDecoder decoder) {
        KafkaSourceBuilder<SourceRecord> source = builder(bootstrapServers, groupId, clientProperties)
                .setTopics(topic)
                .setProperty("partition.discovery.interval.ms", Long.toString(PARTITION_DISCOVERY.toMillis()))
                .setDeserializer(decoder);
        return (isBounded ? source.setBounded(OffsetsInitializer.latest()) : source).build();
    }

    /**
     * Reads what an earlier run has read, from the beginning of each partition to where that run had come, without the
     * records that did not count then. Leaves the group's committed offsets alone.
     */
    public static KafkaSource<SourceRecord> createCovered(
            String bootstrapServers,
            String groupId,
            Properties clientProperties,
            Coverage coverage,
            ClickDecoder decoder) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        coverage.nextOffsets()
                .forEach((topic, partitions) ->
                        partitions.forEach((partition, next) -> ends.put(new TopicPartition(topic, partition), next)));
        return builder(bootstrapServers, groupId, clientProperties)
                .setPartitions(new HashSet<>(ends.keySet())) // a map's own set of keys cannot be serialized
                .setProperty("commit.offsets.on.checkpoint", "false")
                .setBounded(OffsetsInitializer.offsets(ends))
                .setDeserializer(new CoveredClicks(decoder, coverage))
                .build();
    }

    private static KafkaSourceBuilder<SourceRecord> builder(
            String bootstrapServers, String groupId, Properties clientProperties) {
        return KafkaSource.<SourceRecord>builder()
                .setProperty(
                        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                        Integer.toString(MAX_FETCH_BYTES_PER_PARTITION))
                .setProperty(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Integer.toString(MAX_RECORDS_PER_POLL))
                .setProperties(clientProperties)
                .setBootstrapServers(bootstrapServers)
                .setGroupId(groupId)
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    }

    /** See {@link ClickWatermarks}. */
    public static WatermarkStrategy<SourceRecord> watermarks(Duration outOfOrderness, Duration idleTimeout) {
        return ClickWatermarks.strategy(outOfOrderness, idleTimeout);
    }

    /** See {@link BackfillWatermarks}. */
    public static WatermarkStrategy<SourceRecord> backfillWatermarks(
            Set<Integer> partitions, BackfillSpan span, Duration outOfOrderness) {
        return BackfillWatermarks.strategy(partitions, span, outOfOrderness);
    }
}
