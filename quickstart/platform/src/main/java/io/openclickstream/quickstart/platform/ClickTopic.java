package io.openclickstream.quickstart.platform;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topic that clicks are sent to. */
public final class ClickTopic {
    /** The largest record batch that the topic takes. */
    public static final int MAX_BYTES = 16 << 20;

    private static final int BOUND_SECONDS = 60;

    private final Addresses addresses;

    public ClickTopic(Addresses addresses) {
        this.addresses = addresses;
    }

    /** Makes the topic where it isn't there; waits for the broker within a bound. */
    void create() throws IOException, InterruptedException {
        NewTopic topic = new NewTopic(addresses.topic(), PlatformSettings.PARTITIONS, (short) 1)
                .configs(Map.of("max.message.bytes", String.valueOf(MAX_BYTES), "retention.ms", "-1"));
        try (Admin admin = admin()) {
            admin.createTopics(List.of(topic)).all().get(BOUND_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IOException("Kafka did not make the topic " + addresses.topic() + ": " + e.getCause(), e);
            }
        } catch (TimeoutException e) {
            throw new IOException("Kafka did not make the topic " + addresses.topic() + " in time", e);
        }
    }

    /** The offset after the last record of each partition. */
    public Map<Integer, Long> ends() throws IOException, InterruptedException {
        Map<TopicPartition, OffsetSpec> latest = IntStream.range(0, PlatformSettings.PARTITIONS)
                .boxed()
                .collect(Collectors.toMap(
                        partition -> new TopicPartition(addresses.topic(), partition),
                        partition -> OffsetSpec.latest()));
        try (Admin admin = admin()) {
            Map<Integer, Long> ends = new TreeMap<>();
            admin.listOffsets(latest)
                    .all()
                    .get(BOUND_SECONDS, TimeUnit.SECONDS)
                    .forEach((partition, result) -> ends.put(partition.partition(), result.offset()));
            return ends;
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("Kafka did not say where the topic " + addresses.topic() + " ends", e);
        }
    }

    private Admin admin() {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, addresses.kafka()));
    }
}
