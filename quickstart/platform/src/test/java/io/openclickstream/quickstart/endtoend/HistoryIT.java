package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openclickstream.quickstart.platform.ChildName;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The lake's history and the server's live rows, read as one while the job commits an epoch a second and is killed: each
 * answer is what the {@link Oracle} makes of exactly the records that its epoch has read.
 */
class HistoryIT {
    private static final int SLICES = 12;
    /** So short that most windows have left the server at the end. */
    private static final Duration RETENTION = Duration.ofHours(2);

    /** Gap, allowed lateness and disorder. */
    private static final Duration NEVER_FINAL_WITHIN = Duration.ofMinutes(35).plusSeconds(11);

    @Test
    void everyAnswerIsTheOraclesForItsEpoch(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
        Path root = Path.of(System.getProperty("clickstream.root"));
        HistoryReader.require(root);
        List<Input> inputs = new Workload(20_260_311).onTime();
        PlatformSettings settings = PlatformSettings.of(root, folder.resolve("data"), Ports.free())
                .withCheckpointInterval(Duration.ofSeconds(1))
                .withFlightOption("table.retention", RETENTION.toHours() + "h")
                .withPipelineOption("watermark.idle-timeout", "366d");
        List<RecordMetadata> positions = new ArrayList<>();
        List<JsonNode> answers;
        try (Platform platform = Platform.start(settings, notice -> {});
                Sender sender = new Sender(platform);
                HistoryReader reader = HistoryReader.start(platform, root, folder)) {
            RunProgress progress = new RunProgress(platform);
            for (int slice = 0; slice < SLICES; slice++) {
                positions.addAll(sender.send(
                        inputs.subList(slice * inputs.size() / SLICES, (slice + 1) * inputs.size() / SLICES)));
                progress.awaitReceived(positions.size());
                if (slice == SLICES / 2) {
                    platform.kill(ChildName.FLINK);
                }
                if (slice % 3 == 2) { // however slowly it reads, it reads in between
                    reader.awaitAnswerOf(positions.size());
                }
            }
            progress.awaitWatermarkOf(Workload.LAST_ON_TIME);
            reader.awaitAnswers(SLICES + 1, SLICES / 2 + 1);
            answers = reader.end(positions.size());
        }
        JsonNode refused = answers.remove(answers.size() - 1).get("refused");
        assertThat(answers).as("answers; refused: %s", refused).hasSizeGreaterThan(SLICES);
        Set<Long> epochs = new HashSet<>();
        for (JsonNode answer : answers) {
            epochs.add(answer.at("/ledger/epoch").asLong());
            assertIsTheOracles(answer, read(answer, inputs, positions));
        }
        assertThat(epochs).as("epochs read; refused: %s", refused).hasSizeGreaterThan(SLICES / 2);
        JsonNode last = answers.get(answers.size() - 1);
        assertThat(last.at("/sessions/kept_from").asLong())
                .as("windows have left the server")
                .isPositive();
        assertThat(difference(
                        rows(last, "live"), known(new Oracle(inputs), last, "live", read(last, inputs, positions))))
                .as("live rows at the end")
                .isEmpty();
    }

    /**
     * The records that an epoch has read.
     *
     * @param openFromMillis a session that ends earlier is final
     */
    private record Read(List<Input> inputs, long openFromMillis) {}

    /** What the records that were read up to the answer's epoch must give, in sessions and in windows. */
    private static void assertIsTheOracles(JsonNode answer, Read read) {
        Oracle oracle = new Oracle(read.inputs());
        String epoch = "as of epoch " + answer.at("/ledger/epoch").asLong();
        assertThat(difference(rows(answer, "page_metrics"), oracle.pageMetrics()))
                .as("page_metrics %s", epoch)
                .isEmpty();
        assertThat(difference(rows(answer, "sessions"), known(oracle, answer, "sessions", read)))
                .as("sessions %s", epoch)
                .isEmpty();
        assertThat(rows(answer, "live")).as("live rows %s", epoch).doesNotHaveDuplicates();
    }

    /** Without sessions that were open then and have left the server for their age: they are told once they are final. */
    private static List<String> known(Oracle oracle, JsonNode answer, String table, Read read) {
        long keptFrom = answer.at("/" + table + "/kept_from").asLong();
        Set<String> told = new HashSet<>(rows(answer, table));
        return oracle.sessions().stream()
                .filter(row -> {
                    String[] columns = row.split("\\|", -1);
                    boolean mayHaveLeft = Long.parseLong(columns[2]) < keptFrom
                            && Long.parseLong(columns[3]) >= read.openFromMillis();
                    return told.contains(row) || !mayHaveLeft;
                })
                .toList();
    }

    /** What is too much, and what is missing. */
    private static List<String> difference(List<String> rows, List<String> expected) {
        List<String> tooMuch = new ArrayList<>(rows);
        List<String> missing = new ArrayList<>();
        for (String row : expected) {
            if (!tooMuch.remove(row)) {
                missing.add("missing: " + row);
            }
        }
        tooMuch.forEach(row -> missing.add("too much: " + row));
        return missing;
    }

    private static Read read(JsonNode answer, List<Input> inputs, List<RecordMetadata> positions) {
        Map<Integer, Long> next = new TreeMap<>();
        for (String row : rows(answer, "ledger")) {
            String[] step = row.split("\\|", -1);
            next.merge(Integer.valueOf(step[0]), Long.valueOf(step[1]), Math::max);
        }
        Map<Integer, Long> seen = new HashMap<>();
        Map<Integer, Long> latest = new HashMap<>();
        List<Input> read = new ArrayList<>();
        for (int i = 0; i < positions.size(); i++) {
            RecordMetadata position = positions.get(i);
            if (position.offset() < next.getOrDefault(position.partition(), 0L)) {
                read.add(inputs.get(i));
                seen.merge(position.partition(), position.offset() + 1, Math::max);
                latest.merge(position.partition(), inputs.get(i).click().timeMillis(), Math::max);
            }
        }
        assertThat(seen).as("what the ledger says was sent").isEqualTo(without(next));
        long watermark =
                latest.values().stream().mapToLong(Long::longValue).min().orElse(0);
        return new Read(read, watermark - NEVER_FINAL_WITHIN.toMillis());
    }

    private static Map<Integer, Long> without(Map<Integer, Long> next) {
        Map<Integer, Long> read = new HashMap<>(next);
        read.values().removeIf(offset -> offset == 0);
        return read;
    }

    private static List<String> rows(JsonNode answer, String table) {
        List<String> rows = new ArrayList<>();
        answer.at("/" + table + "/rows").forEach(row -> rows.add(row.asText()));
        return rows.stream().sorted().toList();
    }
}
