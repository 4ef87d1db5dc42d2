package io.openclickstream.quickstart.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.quickstart.backfill.BackfillSettings.KafkaRange;
import io.openclickstream.quickstart.platform.CannotStartException;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Ranges of a topic of a real broker: which records they are, and what is said where there are none. */
class KafkaInputIT {
    private static final Instant START = Instant.parse("2026-03-02T10:00:00Z");
    private static final String TOPIC = "archive";

    private @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder;
    private String kafka = "";

    @Test
    void aRangeIsGivenByTimesOrOffsetsOrBoth() throws Exception {
        Path root = Path.of(System.getProperty("clickstream.root"));
        try (Platform platform = Platform.startWithoutJob(
                PlatformSettings.of(root, folder.resolve("data"), Ports.free()), notice -> {})) {
            kafka = platform.addresses().kafka();
            // Partition 0 has a record every second, partition 1 every other one.
            fill(Map.of(0, List.of(0, 1, 2, 3, 4, 5), 1, List.of(0, 2, 4)));

            assertRead(null, "0:6,1:3", "0:0-6 1:0-3", 9);
            assertRead("0:1,1:2", "0:5", "0:1-5", 4);
            assertRead(at(2_000), at(4_000), "0:2-4 1:1-2", 3);
            assertRead(at(2_001), at(4_001), "0:3-5 1:2-3", 3);
            assertRead(at(4_500), at(60_000), "0:5-6", 1);
            assertRead(at(1_000), "0:4,1:3", "0:1-4 1:1-3", 5);
            assertRead(null, at(1), "0:0-1 1:0-1", 2);

            assertThatThrownBy(() -> read(range(at(5_001), at(60_000), null)))
                    .isInstanceOf(CannotStartException.class)
                    .hasMessageContaining("has no record from 2026-03-02T10:00:05.001Z to 2026-03-02T10:01:00Z");
            assertThatThrownBy(() -> read(range(null, "0:7,1:3", null)))
                    .isInstanceOf(CannotStartException.class)
                    .hasMessageContaining("of partition 0 of archive Kafka has the offsets 0 to 6, and 0 to 7");
            assertThatThrownBy(() -> read(new KafkaRange(kafka, "none", null, Bound.of("0:1"), null)))
                    .isInstanceOf(CannotStartException.class)
                    .hasMessageContaining("has no topic none");
            propertiesReachTheClientButNotThoseThatAreOurs();
        }
    }

    private void propertiesReachTheClientButNotThoseThatAreOurs() throws Exception {
        Path ours = Files.writeString(folder.resolve("ours.properties"), """
                bootstrap.servers=localhost:1
                group.id=clickstream
                enable.auto.commit=true
                max.poll.records=1
                """);
        assertThat(read(range(null, "0:6,1:3", ours)).identity()).isEqualTo("kafka archive 0:0-6 1:0-3");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            assertThat(admin.listGroups().all().get(1, TimeUnit.MINUTES)).isEmpty();
        }
        Path security = Files.writeString(folder.resolve("security.properties"), "security.protocol=SASL_PLAINTEXT\n");
        assertThatThrownBy(() -> read(range(null, "0:6,1:3", security)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(kafka)
                .hasMessageContaining("JAAS");
    }

    private void assertRead(@Nullable String from, String to, String offsets, long records) throws Exception {
        BackfillInput.Read read = read(range(from, to, null));
        assertThat(read.identity()).isEqualTo("kafka archive " + offsets);
        assertThat(read.topic()).isEqualTo(TOPIC);
        assertThat(read.lines())
                .containsExactly("read %d records of the topic archive: offsets %s".formatted(records, offsets));
    }

    private KafkaRange range(@Nullable String from, String to, @Nullable Path properties) {
        return new KafkaRange(kafka, TOPIC, from == null ? null : Bound.of(from), Bound.of(to), properties);
    }

    private BackfillInput.Read read(KafkaRange range) throws Exception {
        try (RecordWriter records = new RecordWriter(folder.resolve("records.bin"))) {
            return new KafkaInput(range).writeTo(records, folder);
        }
    }

    private void fill(Map<Integer, List<Integer>> seconds) throws Exception {
        // A broker forgets at once whose batch of so long ago it was, so it must not be asked to count them. Then only
        // one request at a time keeps the order: a topic's first batches are often refused, for it has no leader yet.
        Map<String, Object> brokers = Map.of(
                "bootstrap.servers", kafka, "enable.idempotence", false, "max.in.flight.requests.per.connection", 1);
        try (Admin admin = Admin.create(brokers);
                KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(brokers, new ByteArraySerializer(), new ByteArraySerializer())) {
            // What was received so long ago would be deleted otherwise.
            NewTopic topic = new NewTopic(TOPIC, seconds.size(), (short) 1).configs(Map.of("retention.ms", "-1"));
            admin.createTopics(List.of(topic)).all().get(1, TimeUnit.MINUTES);
            byte[] value = "{}".getBytes(StandardCharsets.UTF_8);
            seconds.forEach((partition, times) -> times.forEach(second -> {
                long receivedMillis = START.plusSeconds(second).toEpochMilli();
                var unused = producer.send(new ProducerRecord<>(TOPIC, partition, receivedMillis, null, value));
            }));
            producer.flush();
        }
    }

    private static String at(long millis) {
        return START.plusMillis(millis).toString();
    }
}
