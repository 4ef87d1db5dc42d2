package io.openclickstream.quickstart.rejected;

import io.openclickstream.quickstart.platform.CannotStartException;
import io.openclickstream.quickstart.platform.ClickTopic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The job's topic, to which records are sent again; a header of each says where it stood before. */
final class ReplayTopic implements AutoCloseable {
    /** {@code topic/partition/offset} of the record that this one repeats. */
    static final String HEADER = "clickstream-replayed-from";

    private static final Duration BOUND = Duration.ofSeconds(60);

    private final String brokers;
    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<Position, Position> sent = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    ReplayTopic(String brokers, String topic) {
        this.brokers = brokers;
        this.topic = topic;
        producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        brokers,
                        ProducerConfig.CLIENT_ID_CONFIG,
                        "clickstream-replay-rejected",
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        ClickTopic.MAX_BYTES),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** The end of each partition. */
    Map<Integer, Long> ends() throws IOException {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            Map<Integer, Long> ends = new TreeMap<>();
            consumer.endOffsets(partitions(consumer), BOUND)
                    .forEach((partition, end) -> ends.put(partition.partition(), end));
            return ends;
        } catch (KafkaException e) {
            throw new IOException(
                    "Kafka at %s does not say where %s ends: %s".formatted(brokers, topic, e.getMessage()), e);
        }
    }

    /**
     * What a replay has sent before it was killed, as the topic itself says.
     *
     * @param begins as {@link #ends} said before it sent anything
     * @throws CannotStartException when the topic has lost records behind that
     */
    Map<Position, Position> sentSince(Map<Integer, Long> begins) throws IOException, CannotStartException {
        Map<Position, Position> found =
                new TreeMap<>((one, other) -> one.toString().compareTo(other.toString()));
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = partitions(consumer);
            Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions, BOUND);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, BOUND);
            consumer.assign(partitions);
            for (TopicPartition partition : partitions) {
                long begin = begins.getOrDefault(partition.partition(), 0L);
                if (starts.getOrDefault(partition, 0L) > begin) {
                    throw new CannotStartException(
                            ("Cannot replay: an earlier replay was interrupted, and %s has deleted records since it began (it"
                                            + " begins at offset %d, the replay at %d), so nobody can say which it had sent."
                                            + " Delete replays/begun.json in the lake to send them all, at the price that"
                                            + " some may come twice; those within deduplication.horizon count once.")
                                    .formatted(partition, starts.get(partition), begin));
                }
                consumer.seek(partition, begin);
            }
            long deadline = System.nanoTime() + BOUND.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                var records = consumer.poll(Duration.ofMillis(500));
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    note(record, found);
                }
                deadline = records.isEmpty() ? deadline : System.nanoTime() + BOUND.toNanos();
                if (System.nanoTime() > deadline) {
                    throw new IOException("Kafka at %s gives no records of %s".formatted(brokers, topic));
                }
            }
            return found;
        } catch (KafkaException e) {
            throw new IOException("Kafka at %s cannot be read: %s".formatted(brokers, e.getMessage()), e);
        }
    }

    private static void note(ConsumerRecord<byte[], byte[]> record, Map<Position, Position> found) {
        Header header = record.headers().lastHeader(HEADER);
        if (header != null && header.value() != null) {
            Position.parse(new String(header.value(), StandardCharsets.UTF_8))
                    .ifPresent(
                            from -> found.put(from, new Position(record.topic(), record.partition(), record.offset())));
        }
    }

    /** Hands a record over; it is there when {@link #flush} has returned. */
    void send(Position from, byte @Nullable [] key, byte @Nullable [] value) throws IOException {
        rethrowFailure();
        var record = new ProducerRecord<>(topic, key, value);
        record.headers().add(HEADER, from.toString().getBytes(StandardCharsets.UTF_8));
        var unused = producer.send(record, (metadata, exception) -> {
            if (exception != null) {
                failure.compareAndSet(null, exception);
            } else {
                sent.put(from, new Position(topic, metadata.partition(), metadata.offset()));
            }
        });
    }

    /** Waits until all that was handed over is in Kafka, and says where. */
    Map<Position, Position> flush() throws IOException {
        producer.flush();
        rethrowFailure();
        return Map.copyOf(sent);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(10));
    }

    private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
        return consumer.partitionsFor(topic, BOUND).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        brokers,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "none",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private void rethrowFailure() throws IOException {
        Exception cause = failure.get();
        if (cause != null) {
            throw new IOException(
                    "Kafka did not take a record: %s. Start the same replay again; it goes on behind what was taken."
                            .formatted(cause.getMessage()),
                    cause);
        }
    }
}
