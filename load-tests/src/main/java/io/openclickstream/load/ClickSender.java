package io.openclickstream.load;

import io.openclickstream.load.generator.GeneratedClick;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends clicks to one Kafka topic, in order, with the sending time as the record's timestamp. A record that the broker
 * refuses ends the sending; none is dropped silently.
 */
public final class ClickSender implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    public ClickSender(String bootstrapServers, String topic) {
        this.topic = topic;
        producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.CLIENT_ID_CONFIG,
                        "clickstream-load",
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4",
                        ProducerConfig.LINGER_MS_CONFIG,
                        20,
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        256 << 10,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        60_000,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        60_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /**
     * Hands one click to the producer; waits while its buffer is full.
     *
     * @throws IOException when an earlier click could not be delivered
     */
    public void send(GeneratedClick click) throws IOException {
        rethrowFailure();
        var unused = producer.send( // the callback keeps its failure
                new ProducerRecord<>(topic, null, click.sendTimeMillis(), click.key(), click.value()),
                (metadata, exception) -> {
                    if (exception != null) {
                        failure.compareAndSet(null, exception);
                    }
                });
    }

    /**
     * Waits until all clicks handed over are in Kafka.
     *
     * @throws IOException when one could not be delivered
     */
    public void flush() throws IOException {
        producer.flush();
        rethrowFailure();
    }

    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
    }

    private void rethrowFailure() throws IOException {
        Exception cause = failure.get();
        if (cause != null) {
            throw new IOException(
                    "Cannot write to Kafka topic %s: %s. Check that the broker runs and the topic exists."
                            .formatted(topic, cause.getMessage()),
                    cause);
        }
    }
}
