package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.quickstart.platform.FlinkRest.StopMode;
import io.openclickstream.quickstart.platform.Ledger;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs in which the Flink process is killed at moments that a seed decides, and the job is rescaled: the final rows are
 * those of the {@link Oracle} and of a run without faults.
 *
 * <p>Run one seed again with {@code -Dfault.seeds=SEED}; {@code -Pthorough} runs more of them.
 */
class FaultIT {
    private static final FaultWorkload WORKLOAD = new FaultWorkload(20_260_317);
    private static final Oracle ORACLE = new Oracle(WORKLOAD.all());

    private static Map<String, List<String>> undisturbed;

    @BeforeAll
    static void runWithoutFaults(@TempDir Path folder) throws Exception {
        try (Platform platform = Platform.start(settings(folder), notice -> {});
                Sender sender = new Sender(platform)) {
            RunProgress progress = new RunProgress(platform);
            sender.send(WORKLOAD.untilCatchUp());
            sender.send(WORKLOAD.catchUp());
            progress.awaitWatermarkOf(FaultWorkload.CAUGHT_UP);
            sender.send(WORKLOAD.latecomers());
            sender.send(WORKLOAD.afterwards());
            progress.awaitReceived(WORKLOAD.all().size());
            platform.stopJob(StopMode.DRAIN, RunProgress.PATIENCE);
            undisturbed = new LakeReader(platform.lakeFolder()).allThatIsFinal();
        }
    }

    static LongStream seeds() {
        return Arrays.stream(System.getProperty("clickstream.fault.seeds").split(",", -1))
                .mapToLong(seed -> Long.parseLong(seed.strip()));
    }

    @ParameterizedTest(name = "fault.seeds={0}")
    @MethodSource("seeds")
    void finalRowsAreThoseOfARunWithoutFaults(long seed, @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) {
        FaultSchedule schedule = FaultSchedule.of(seed);
        try (Platform platform = Platform.start(settings(folder).withParallelism(1), notice -> {});
                FaultRun run = new FaultRun(WORKLOAD, schedule, platform)) {
            run.readWhileAWeekBehind();
            run.catchUpAndRestartWithLatecomers();
            Ledger ledger = run.finish();

            assertLedger(ledger);
            Results results = new Results(platform);
            results.assertLedgerIsRight(ledger);
            results.assertEqual(ORACLE);
            results.assertCommittedTablesAreTheLakes();
            results.assertRejectedKeepEverything(WORKLOAD.all(), run.positions());
            assertUndisturbed(new LakeReader(platform.lakeFolder()).allThatIsFinal());
        } catch (Exception | AssertionError failure) {
            throw new AssertionError(
                    "%s failed. Run it again with -Dfault.seeds=%d; its data and logs are kept in %s. %s"
                            .formatted(schedule, seed, folder, failure.getMessage()),
                    failure);
        }
    }

    private static void assertLedger(Ledger ledger) {
        assertThat(ledger.received()).isEqualTo(WORKLOAD.all().size()).isEqualTo(ledger.outcomes());
        assertThat(ledger.accepted()).isEqualTo(ORACLE.accepted());
        assertThat(ledger.duplicate()).isEqualTo(ORACLE.duplicates()).isPositive();
        assertThat(ledger.late()).isEqualTo(ORACLE.refused("BEHIND_WATERMARK")).isPositive();
        assertThat(ledger.future())
                .isEqualTo(ORACLE.refused("EVENT_TIME_IN_FUTURE"))
                .isPositive();
        assertThat(ledger.late() + ledger.future() + ledger.malformed()).isEqualTo(ORACLE.refused());
    }

    private static void assertUndisturbed(Map<String, List<String>> rows) {
        assertThat(rows.keySet()).isEqualTo(undisturbed.keySet()).contains("sessions", "metrics/active_users");
        rows.forEach((dataset, lines) ->
                assertThat(lines).as(dataset).isNotEmpty().containsExactlyElementsOf(undisturbed.get(dataset)));
    }

    /** No partition counts as idle, however long it is silent, and the live tables keep the week before. */
    private static PlatformSettings settings(Path folder) {
        Path root = Path.of(System.getProperty("clickstream.root"));
        return PlatformSettings.of(root, folder.resolve("data"), Ports.free())
                .withCheckpointInterval(Duration.ofSeconds(1))
                .withPipelineOption("watermark.idle-timeout", "366d")
                .withFlightOption("table.retention", "30d");
    }
}
