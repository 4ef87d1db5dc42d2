package io.openclickstream.quickstart.replay;

import io.openclickstream.quickstart.platform.Addresses;
import io.openclickstream.quickstart.platform.ClickTopic;
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
 * Sends a file's clicks to the topic, each once and those of one partition in the order in which they were given. What
 * cannot be delivered is an error, never dropped.
 */
final class ClickSender implements AutoCloseable {
    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private long sent;

    ClickSender(Addresses addresses) {
        topic = addresses.topic();
        producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        addresses.kafka(),
                        ProducerConfig.CLIENT_ID_CONFIG,
                        "clickstream-replay",
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4",
                        ProducerConfig.LINGER_MS_CONFIG,
                        20,
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        ClickTopic.MAX_BYTES,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        120_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Hands one click over; waits while too many are under way. */
    void send(FileClick click) throws IOException {
        rethrowFailure();
        var unused = producer.send(new ProducerRecord<>(topic, click.key(), click.value()), (metadata, exception) -> {
            if (exception != null) {
                failure.compareAndSet(null, exception);
            }
        });
        sent++;
    }

    /** How many were handed over. */
    long sent() {
        return sent;
    }

    /** Waits until all that was handed over is in Kafka. */
    void flush() throws IOException {
        producer.flush();
        rethrowFailure();
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(10));
    }

    private void rethrowFailure() throws IOException {
        Exception cause = failure.get();
        if (cause != null) {
            throw new IOException("Kafka did not take a click: " + cause.getMessage(), cause);
        }
    }
}
