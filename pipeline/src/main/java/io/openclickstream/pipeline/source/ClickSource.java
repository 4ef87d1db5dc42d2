package io.openclickstream.pipeline.source;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
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

    private static final int MAX_FETCH_BYTES = 32 << 20;

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
                .setProperty(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Integer.toString(MAX_FETCH_BYTES))
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
}
