package io.openclickstream.load.benchmark;

import io.openclickstream.load.ClickSender;
import io.openclickstream.load.generator.GeneratedClick;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topic that a benchmark fills once and then has read. */
public record ClickTopic(String bootstrapServers, String name) {
    /** Records keep their made-up times: never deleted for their age, never refused for being ahead. */
    private static final Map<String, String> SETTINGS =
            Map.of("retention.ms", "-1", "message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));

    /** Fills the topic, with the click of each position, unless it holds as many records already; whether it had to. */
    public boolean fillOnce(LongFunction<GeneratedClick> generator, long clicks, int partitions)
            throws IOException, InterruptedException {
        create(partitions);
        if (records() == clicks) {
            return false;
        }
        fill(generator, clicks, partitions);
        return true;
    }

    /**
     * Creates the topic where it does not exist, and fills it.
     *
     * @throws IOException when it holds records already, or Kafka cannot be reached
     */
    public void fill(LongFunction<GeneratedClick> generator, long clicks, int partitions)
            throws IOException, InterruptedException {
        create(partitions);
        long held = records();
        if (held > 0) {
            throw new IOException(
                    "Cannot fill topic %s: it holds %d records already. Use a new topic, or --phase=MEASURE."
                            .formatted(name, held));
        }
        try (ClickSender sender = new ClickSender(bootstrapServers, name)) {
            for (long position = 0; position < clicks; position++) {
                sender.send(generator.apply(position));
            }
            sender.flush();
        }
    }

    private void create(int partitions) throws IOException, InterruptedException {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(SETTINGS)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw failed(e);
            }
        }
    }

    /** How many records the topic holds. */
    public long records() throws IOException, InterruptedException {
        try (Admin admin = admin()) {
            List<TopicPartition> partitions =
                    admin.describeTopics(List.of(name)).allTopicNames().get().values().stream()
                            .flatMap(topic -> topic.partitions().stream())
                            .map(partition -> new TopicPartition(name, partition.partition()))
                            .toList();
            return sum(admin, partitions, OffsetSpec.latest()) - sum(admin, partitions, OffsetSpec.earliest());
        } catch (ExecutionException e) {
            throw failed(e);
        }
    }

    private static long sum(Admin admin, List<TopicPartition> partitions, OffsetSpec which)
            throws ExecutionException, InterruptedException {
        return admin
                .listOffsets(partitions.stream().collect(Collectors.toMap(each -> each, each -> which)))
                .all()
                .get()
                .values()
                .stream()
                .mapToLong(ListOffsetsResultInfo::offset)
                .sum();
    }

    private Admin admin() {
        return Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 30_000,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000));
    }

    private IOException failed(ExecutionException e) {
        return new IOException(
                "Cannot use topic %s at %s: %s. Check that Kafka runs there."
                        .formatted(name, bootstrapServers, String.valueOf(e.getCause())),
                e);
    }
}
