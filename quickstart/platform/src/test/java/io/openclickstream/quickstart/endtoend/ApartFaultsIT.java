package io.openclickstream.quickstart.endtoend;

import static org.awaitility.Awaitility.await;

import io.openclickstream.quickstart.platform.FlinkRest.StopMode;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Job manager and task managers are processes of their own, and one of them is killed or stopped while the others live and
 * clicks come in. After each blow the equation holds: for every kept epoch E, committed(E) is the lake up to E; and at the end
 * every number is the {@link Oracle}'s.
 *
 * <p>{@code -Dfault.apart.strikes=COUNT} says how many, {@code -Dfault.apart.seed=SEED} in which order.
 */
@EnabledIfSystemProperty(
        named = "clickstream.fault.apart.strikes",
        matches = "[1-9][0-9]*",
        disabledReason = "takes minutes; -Pthorough or -Dfault.apart.strikes=COUNT runs it")
class ApartFaultsIT {
    private static final List<Input> CLICKS = new Workload(20_260_328).onTime();
    private static final int STRIKES = Integer.getInteger("clickstream.fault.apart.strikes");
    private static final long FIRST_SEED = Long.getLong("clickstream.fault.apart.seed");

    static LongStream rounds() {
        return LongStream.range(FIRST_SEED, FIRST_SEED + (STRIKES + ApartStrike.ROUND - 1) / ApartStrike.ROUND);
    }

    /** All of a round, or as many as are left for the last one. */
    private static List<ApartStrike> round(long seed) {
        long before = (seed - FIRST_SEED) * ApartStrike.ROUND;
        return ApartStrike.round(seed).subList(0, (int) Math.min(ApartStrike.ROUND, STRIKES - before));
    }

    @ParameterizedTest(name = "fault.apart.seed={0}")
    @MethodSource("rounds")
    void equationHoldsWhicheverManagerIsLost(long seed, @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) {
        List<ApartStrike> done = new ArrayList<>();
        Path root = Path.of(System.getProperty("clickstream.root"));
        try (Platform platform = Platform.startWithoutJob(settings(root, folder), notice -> {});
                ApartFlink flink = new ApartFlink(platform, root, folder.resolve("flink"));
                Sender sender = new Sender(platform);
                Feeder feeder = new Feeder(sender, CLICKS)) {
            int records = CLICKS.size();
            List<ApartStrike> round = round(seed);
            RunProgress progress = new RunProgress(platform);
            feeder.raiseTo(records / (round.size() + 1));
            feeder.awaitLimit();
            progress.awaitReceived(records / (round.size() + 1));
            var equation = CommittedIsLake.of(platform, root, folder.resolve("recomputed"));
            for (ApartStrike strike : round) {
                done.add(strike);
                int limit = records * (done.size() + 1) / (round.size() + 1);
                feeder.raiseTo(limit);
                strike(strike, flink, progress);
                feeder.awaitLimit();
                progress.awaitReceived(limit);
                equation.assertHolds();
            }
            platform.stopJob(StopMode.DRAIN, RunProgress.PATIENCE);
            Results results = new Results(platform);
            results.assertEqual(new Oracle(CLICKS));
            results.assertCommittedTablesAreTheLakes();
        } catch (Exception | AssertionError failure) {
            throw new AssertionError(
                    "After %s. Run it again with -Dfault.apart.seed=%d; its data and logs are kept in %s. %s"
                            .formatted(done, seed, folder, failure.getMessage()),
                    failure);
        }
    }

    /** The job has noticed when this returns, and runs again. */
    private static void strike(ApartStrike strike, ApartFlink flink, RunProgress progress) throws Exception {
        if (strike.kind() == ApartStrike.Kind.KILL_JOB_MANAGER) {
            Stops.pass(strike.pause());
            flink.replaceJobManager();
            return;
        }
        String before = progress.lastRestart();
        switch (strike.kind()) {
            case KILL_JOB_MANAGER -> throw new IllegalStateException("done above");
            case KILL_TASK_MANAGER -> {
                Stops.pass(strike.pause());
                flink.replaceTaskManager(flink.busyTaskManager(strike.taskManager()));
            }
            case STOP_JOB_MANAGER -> Stops.stopFor(flink.jobManagerPid(), strike.pause());
            case STOP_TASK_MANAGER ->
                Stops.stopFor(flink.taskManagerPid(flink.busyTaskManager(strike.taskManager())), strike.pause());
        }
        await().atMost(RunProgress.PATIENCE).until(() -> !progress.lastRestart().equals(before));
        flink.awaitRunning();
    }

    private static PlatformSettings settings(Path root, Path folder) {
        return PlatformSettings.of(root, folder.resolve("data"), Ports.free()).withFlightOption("epochs.kept", "3");
    }
}
