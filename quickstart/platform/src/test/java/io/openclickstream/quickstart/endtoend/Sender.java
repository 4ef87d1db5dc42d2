package io.openclickstream.quickstart.endtoend;

import io.openclickstream.quickstart.platform.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends records to the platform's topic. */
final class Sender implements AutoCloseable {
    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;

    Sender(Platform platform) {
        topic = platform.addresses().topic();
        producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        platform.addresses().kafka(),
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        16 << 20),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /**
     * Sends them in this order and waits until Kafka has them.
     *
     * @return where each is now
     */
    List<RecordMetadata> send(List<Input> inputs) throws InterruptedException, ExecutionException {
        List<Future<RecordMetadata>> sending = new ArrayList<>();
        for (Input input : inputs) {
            sending.add(producer.send(new ProducerRecord<>(topic, input.partition(), input.key(), input.value())));
        }
        producer.flush();
        List<RecordMetadata> positions = new ArrayList<>();
        for (Future<RecordMetadata> sent : sending) {
            positions.add(sent.get());
        }
        return positions;
    }

    @Override
    public void close() {
        producer.close();
    }
}
