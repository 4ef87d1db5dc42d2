package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.quickstart.platform.ChildName;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs in which the Flink process is killed at moments that a seed decides, and the job is rescaled 1 -> 2 -> 1 through
 * savepoints, while clicks keep coming: the final rows are those of the {@link Oracle} and of a run without faults.
 *
 * <p>Run one seed again with {@code -Dfault.seeds=SEED}; {@code -Pthorough} runs more of them.
 */
class FaultIT {
    private static final long WORKLOAD_SEED = 20_260_317;
    private static final Duration RESTART_BOUND = Duration.ofSeconds(90);

    private static final FaultWorkload WORKLOAD = new FaultWorkload(WORKLOAD_SEED);
    private static final List<Input> ALL = WORKLOAD.all();
    private static final Oracle ORACLE = new Oracle(ALL);

    private static Map<String, List<String>> undisturbed;

    @BeforeAll
    static void runWithoutFaults(@TempDir Path folder) throws Exception {
        try (Platform platform = Platform.start(settings(folder, 2), notice -> {});
                Sender sender = new Sender(platform)) {
            RunProgress progress = new RunProgress(platform);
            sender.send(WORKLOAD.untilCatchUp());
            sender.send(WORKLOAD.catchUp());
            progress.awaitWatermarkOf(FaultWorkload.CAUGHT_UP);
            sender.send(WORKLOAD.latecomers());
            sender.send(WORKLOAD.afterwards());
            progress.awaitReceived(ALL.size());
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
    void finalRowsAreThoseOfARunWithoutFaults(long seed, @TempDir Path folder) throws Exception {
        FaultSchedule schedule = FaultSchedule.of(seed);
        try {
            run(schedule, folder);
        } catch (Exception | AssertionError failure) {
            throw new AssertionError(
                    "%s. Run it again with -Dfault.seeds=%d. %s".formatted(schedule, seed, failure.getMessage()),
                    failure);
        }
    }

    private static void run(FaultSchedule schedule, Path folder) throws Exception {
        List<FaultSchedule.Fault> faults = schedule.faults();
        int untilCatchUp = WORKLOAD.untilCatchUp().size();
        int caughtUp = untilCatchUp + WORKLOAD.catchUp().size();
        int withLatecomers = caughtUp + WORKLOAD.latecomers().size();
        try (Platform platform = Platform.start(settings(folder, 1), notice -> {});
                Sender sender = new Sender(platform);
                Feeder feeder = new Feeder(sender, ALL)) {
            RunProgress progress = new RunProgress(platform);
            FaultInjector injector = new FaultInjector(platform);

            feeder.raiseTo(untilCatchUp / 5);
            awaitFinalSessionsOfTheBacklog(platform);
            feeder.raiseTo(2 * untilCatchUp / 5);
            injector.strike(faults.get(0));
            feeder.raiseTo(3 * untilCatchUp / 5);
            rescale(platform, 2);
            feeder.raiseTo(4 * untilCatchUp / 5);
            injector.strike(faults.get(1));
            feeder.raiseTo(untilCatchUp);
            injector.strike(faults.get(2));
            feeder.awaitLimit();
            progress.awaitReceived(untilCatchUp);
            assertOnlyTheBacklogIsFinal(platform);

            feeder.raiseTo(caughtUp);
            progress.awaitWatermarkOf(FaultWorkload.CAUGHT_UP);
            platform.stopJob(StopMode.SUSPEND, RunProgress.PATIENCE);
            feeder.raiseTo(withLatecomers);
            feeder.awaitLimit();
            // So the latecomers are the first records after the restart.
            platform.restartJob(1, RESTART_BOUND);
            feeder.raiseTo(ALL.size());
            injector.strike(faults.get(3));
            feeder.awaitLimit();
            Ledger ledger = progress.awaitReceived(ALL.size());
            platform.stopJob(StopMode.DRAIN, RunProgress.PATIENCE);

            assertThat(platform.starts(ChildName.FLINK)).isEqualTo(1 + 2 + injector.kills());
            assertLedger(ledger);
            Results results = new Results(platform);
            results.assertLedgerIsRight(ledger);
            results.assertEqual(ORACLE);
            results.assertRejectedKeepEverything(ALL, feeder.positions());
            assertThat(new LakeReader(platform.lakeFolder()).allThatIsFinal()).isEqualTo(undisturbed);
        }
    }

    private static void assertLedger(Ledger ledger) {
        assertThat(ledger.received()).isEqualTo(ALL.size()).isEqualTo(ledger.outcomes());
        assertThat(ledger.accepted()).isEqualTo(ORACLE.accepted());
        assertThat(ledger.duplicate()).isEqualTo(ORACLE.duplicates()).isPositive();
        assertThat(ledger.late()).isEqualTo(ORACLE.refused("BEHIND_WATERMARK")).isPositive();
        assertThat(ledger.future())
                .isEqualTo(ORACLE.refused("EVENT_TIME_IN_FUTURE"))
                .isPositive();
        assertThat(ledger.late() + ledger.future() + ledger.malformed()).isEqualTo(ORACLE.refused());
    }

    private static void rescale(Platform platform, int parallelism) throws Exception {
        platform.stopJob(StopMode.SUSPEND, RunProgress.PATIENCE);
        platform.restartJob(parallelism, RESTART_BOUND);
    }

    /** Event time waits for the partition a week behind, so nobody else's session can be final. */
    private static void assertOnlyTheBacklogIsFinal(Platform platform) throws Exception {
        assertThat(finalUsers(platform)).isNotEmpty().isSubsetOf(WORKLOAD.backlogUsers());
    }

    private static void awaitFinalSessionsOfTheBacklog(Platform platform) throws Exception {
        await().atMost(RunProgress.PATIENCE).until(() -> platform.live()
                .sessions()
                .filter(sessions -> sessions.closed() > 0)
                .isPresent());
        assertOnlyTheBacklogIsFinal(platform);
    }

    private static List<String> finalUsers(Platform platform) throws Exception {
        return new LiveReader(platform.addresses().flight())
                .rows("sessions").stream()
                        .filter(row -> row.get("is_final").equals(true))
                        .map(row -> String.valueOf(row.get("user_id")))
                        .distinct()
                        .toList();
    }

    /** No partition counts as idle, however long it is silent, and the live tables keep the week before. */
    private static PlatformSettings settings(Path folder, int parallelism) {
        Path root = Path.of(System.getProperty("clickstream.root"));
        return PlatformSettings.of(root, folder.resolve("data"), Ports.free())
                .withParallelism(parallelism)
                .withCheckpointInterval(Duration.ofSeconds(1))
                .withPipelineOption("watermark.idle-timeout", "366d")
                .withFlightOption("table.retention", "30d");
    }
}
