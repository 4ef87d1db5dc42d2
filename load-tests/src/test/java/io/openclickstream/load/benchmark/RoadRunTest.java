package io.openclickstream.load.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoadRunTest {
    private static final Instant RUNNING = Instant.parse("2026-03-04T10:00:00Z");

    @Test
    void isOverWhenTheLedgerCountsAllAndACheckpointThatIncludesThemIsComplete() {
        RoadRun run = new RoadRun(1_000, RUNNING, sample(0, 0, 0, 0, 0, 7));
        assertThat(run.isOverWith(sample(2, 600, 1, 1, 2, 10))).isFalse();
        assertThat(run.isOverWith(sample(4, 1_000, 2, 1, 2, 11))).isFalse(); // counted, but not yet in the lake
        assertThat(run.isOverWith(sample(5, 1_000, 2, 2, 4, 12))).isTrue();

        RoadRun.Result result = run.result();
        assertThat(result.wall()).isEqualTo(Duration.ofSeconds(4)); // to the checkpoint's end, not to our look at it
        assertThat(result.processorTime()).containsEntry("flink", Duration.ofSeconds(5));
        assertThat(result.clicksPerCoreSecond()).isEqualTo(200.0);
        assertThat(result.clicksPerSecond()).isEqualTo(250.0);
    }

    @Test
    void onlyFlinksProcessesCountAsItsCores() {
        Map<String, Duration> times = Map.of(
                "flink-1", Duration.ofSeconds(2), "flink-2", Duration.ofSeconds(3), "flight", Duration.ofSeconds(9));
        assertThat(ProcessorTime.ofFlink(times)).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void moreThanTheTopicHoldsIsNoResult() {
        RoadRun run = new RoadRun(10, RUNNING, sample(0, 0, 0, 0, 0, 0));
        assertThatThrownBy(() -> run.isOverWith(sample(1, 11, 1, 1, 1, 1)))
                .hasMessageContaining("counts 11 records, but the topic holds 10");
    }

    @Test
    void theReportKeepsCommandMachineSamplesAndResult(@TempDir Path folder) throws Exception {
        RoadRun run = new RoadRun(1_000, RUNNING, sample(0, 0, 0, 0, 0, 7));
        run.isOverWith(sample(5, 1_000, 2, 2, 4, 12));
        RoadReport report = new RoadReport(run.result(), run.samples(), Map.of("seed", 1));
        report.write(folder, "RoadBenchmark --seed=1", Machine.facts());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        report.print(new PrintStream(out, true, StandardCharsets.UTF_8));

        List<String> printed = out.toString(StandardCharsets.UTF_8).lines().toList();
        JsonNode last = new JsonMapper().readTree(printed.get(printed.size() - 1));
        assertThat(last.get("value").asInt()).isEqualTo(200);
        assertThat(last.get("settings").get("seed").asInt()).isEqualTo(1);
        assertThat(last.has("name") && last.has("metric") && last.has("unit")).isTrue();
        assertThat(new JsonMapper().readTree(folder.resolve("result.json").toFile()))
                .isEqualTo(last);
        assertThat(Files.readAllLines(folder.resolve("samples.csv"))).hasSize(3).allSatisfy(line -> assertThat(
                        line.chars().filter(each -> each == ','))
                .hasSize(6));
        assertThat(folder.resolve("command.txt")).hasContent("RoadBenchmark --seed=1");
        assertThat(new JsonMapper()
                        .readTree(folder.resolve("machine.json").toFile())
                        .get("cores")
                        .asInt())
                .isPositive();
    }

    private static RoadSample sample(
            int second, long received, long epoch, long completed, int completedSecond, int cpuSeconds) {
        return new RoadSample(
                RUNNING.plusSeconds(second),
                received,
                epoch,
                completed,
                RUNNING.plusSeconds(completedSecond),
                Map.of("flink", Duration.ofSeconds(cpuSeconds)),
                0.5);
    }
}
