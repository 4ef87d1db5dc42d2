package io.openclickstream.quickstart.rejected;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.quickstart.platform.CannotStartException;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import io.openclickstream.quickstart.rejected.RejectedReplay.Settings;
import io.openclickstream.quickstart.rejected.RejectedReplay.Summary;
import io.openclickstream.quickstart.rejected.ReplayJournal.Begun;
import io.openclickstream.schemas.click.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Replays into a real broker: what is sent, what is not, and what a replay that was killed leaves to the next one. */
class RejectedReplayIT {
    private static final Set<Reason> ALL = EnumSet.allOf(Reason.class);

    /** Offset of the first row; no record of the broker's own topic comes to stand there. */
    private static final int FIRST = 1_000;

    @Test
    void everyRecordIsSentOnceWhateverIsRepeatedOrInterrupted(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder)
            throws Exception {
        Path root = Path.of(System.getProperty("clickstream.root"));
        Path lake = folder.resolve("lake");
        writeRejected(lake.resolve("rejected/ingestion_hour=2026-03-02-10/rejected-e1-x.parquet"), 0, 10);
        // The same rows in a file that maintenance has made: still each once.
        writeRejected(lake.resolve("iceberg/clickstream/rejected/data/rejected-e1-y.parquet"), 5, 10);
        try (Platform platform = Platform.startWithoutJob(
                PlatformSettings.of(root, folder.resolve("data"), Ports.free()), notice -> {})) {
            String kafka = platform.addresses().kafka();
            Settings notJson = new Settings(lake, kafka, "clicks", Set.of(Reason.NOT_JSON), null, null, false, false);

            assertThat(new RejectedReplay(new Settings(lake, kafka, "clicks", ALL, null, null, false, true)).run())
                    .isEqualTo(new Summary(10, 0, 0, 0, 0, true));
            assertThat(read(kafka)).isEmpty();

            killedAfterSending(lake, kafka, List.of(0, 2));
            try (ReplayJournal running = ReplayJournal.open(lake)) {
                assertThatThrownBy(() -> new RejectedReplay(notJson).run())
                        .isInstanceOf(CannotStartException.class)
                        .hasMessageContaining("another replay");
            }
            assertThat(new RejectedReplay(notJson).run()).isEqualTo(new Summary(3, 2, 0, 0, 0, false));
            assertThat(new RejectedReplay(notJson).run()).isEqualTo(new Summary(0, 5, 0, 0, 0, false));

            Instant third = Instant.ofEpochMilli(3_000);
            assertThat(new RejectedReplay(
                                    new Settings(lake, kafka, "clicks", ALL, third, third.plusSeconds(2), false, false))
                            .run())
                    .as("rows 3 and 4, of which 4 was sent")
                    .isEqualTo(new Summary(1, 1, 0, 0, 0, false));
            assertThat(new RejectedReplay(new Settings(lake, kafka, "clicks", ALL, null, null, false, false)).run())
                    .isEqualTo(new Summary(4, 6, 0, 0, 0, false));
            assertThat(new RejectedReplay(new Settings(lake, kafka, "other", ALL, null, null, false, true)).run())
                    .isEqualTo(new Summary(0, 10, 0, 0, 0, true));

            List<ConsumerRecord<byte[], byte[]>> sent = read(kafka);
            assertThat(sent)
                    .extracting(record -> new String(
                            record.headers().lastHeader(ReplayTopic.HEADER).value(), StandardCharsets.UTF_8))
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 10)
                            .mapToObj(row -> "clicks/1/" + (FIRST + row))
                            .toList());
            assertThat(sent)
                    .extracting(record -> text(record.key()) + "=" + text(record.value()))
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 10)
                            .mapToObj(row -> row == 9 ? "null=null" : "user%d=\u0000broken %d".formatted(row, row))
                            .toList());
        }
    }

    /** What a process leaves that has sent these and was killed then. */
    private static void killedAfterSending(Path lake, String kafka, List<Integer> rows) throws Exception {
        try (ReplayJournal journal = ReplayJournal.open(lake);
                ReplayTopic topic = new ReplayTopic(kafka, "clicks")) {
            journal.begin(new Begun("killed", "clicks", topic.ends()));
            for (int row : rows) {
                topic.send(
                        new Position("clicks", 1, FIRST + row),
                        ("user" + row).getBytes(StandardCharsets.UTF_8),
                        ("\u0000broken " + row).getBytes(StandardCharsets.UTF_8));
            }
            topic.flush();
        }
    }

    /** Rows of partition 1, received at the second of their number; those of even number are NOT_JSON, the last is empty. */
    private static void writeRejected(Path file, int from, int before) throws Exception {
        Files.createDirectories(file.getParent());
        try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
                var statement = duckdb.createStatement()) {
            statement.execute("""
                    COPY (SELECT 'clicks' AS kafka_topic, 1::INTEGER AS kafka_partition, n + %d AS kafka_offset,
                        CASE WHEN n %% 2 = 0 THEN 'NOT_JSON' ELSE 'EMPTY_VALUE' END AS reason,
                        make_timestamptz(n * 1000000) AS ingestion_time,
                        CASE WHEN n < 9 THEN encode('user' || n) END AS raw_key,
                        CASE WHEN n < 9 THEN unhex('00') || encode('broken ' || n) END AS raw_value
                    FROM range(%d, %d) t(n)) TO '%s' (FORMAT parquet)""".formatted(FIRST, from, before, file));
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(String kafka) {
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka, "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, PlatformSettings.PARTITIONS)
                    .mapToObj(partition -> new TopicPartition("clicks", partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        }
    }

    private static String text(byte[] bytes) {
        return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
    }
}
