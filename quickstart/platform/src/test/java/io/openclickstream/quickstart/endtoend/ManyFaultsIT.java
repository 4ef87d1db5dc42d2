package io.openclickstream.quickstart.endtoend;

import static io.openclickstream.quickstart.platform.ChildName.FLIGHT;
import static io.openclickstream.quickstart.platform.ChildName.FLINK;

import io.openclickstream.failures.network.FaultProxy;
import io.openclickstream.failures.network.FaultProxy.Fault;
import io.openclickstream.quickstart.platform.ChildName;
import io.openclickstream.quickstart.platform.FlinkRest.StopMode;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many blows to one platform of real processes, one after the other while clicks come in. After each the equation holds:
 * for every kept epoch E, committed(E) is the lake up to E; and at the end every number is the {@link Oracle}'s.
 *
 * <p>{@code -Dfault.strikes=COUNT} says how many, {@code -Dfault.strikes.seed=SEED} in which order.
 */
class ManyFaultsIT {
    private static final List<Input> CLICKS = new Workload(20_260_324).onTime();
    private static final int STRIKES = Integer.getInteger("clickstream.fault.strikes");
    private static final long FIRST_SEED = Long.getLong("clickstream.fault.strikes.seed");

    static LongStream rounds() {
        return LongStream.range(FIRST_SEED, FIRST_SEED + (STRIKES + Strike.ROUND - 1) / Strike.ROUND);
    }

    /** All of a round, or as many as are left for the last one. */
    private static List<Strike> round(long seed) {
        long before = (seed - FIRST_SEED) * Strike.ROUND;
        return Strike.round(seed).subList(0, (int) Math.min(Strike.ROUND, STRIKES - before));
    }

    @ParameterizedTest(name = "fault.strikes.seed={0}")
    @MethodSource("rounds")
    void equationHoldsAfterEveryStrike(long seed, @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) {
        List<Strike> done = new ArrayList<>();
        Path root = Path.of(System.getProperty("clickstream.root"));
        Ports ports = Ports.free();
        try (FaultProxy network = new FaultProxy(ports.flight());
                Platform platform = Platform.start(settings(root, folder, ports, network), notice -> {});
                Sender sender = new Sender(platform);
                Feeder feeder = new Feeder(sender, CLICKS)) {
            int records = CLICKS.size();
            List<Strike> round = round(seed);
            RunProgress progress = new RunProgress(platform);
            feeder.raiseTo(records / (round.size() + 1));
            feeder.awaitLimit();
            progress.awaitReceived(records / (round.size() + 1));
            var equation = CommittedIsLake.of(platform, root, folder.resolve("recomputed"));
            for (Strike strike : round) {
                done.add(strike);
                int limit = records * (done.size() + 1) / (round.size() + 1);
                feeder.raiseTo(limit);
                strike(strike, platform, network);
                feeder.awaitLimit();
                progress.awaitReceived(limit);
                equation.assertHolds();
            }
            network.disarm();
            platform.stopJob(StopMode.DRAIN, RunProgress.PATIENCE);
            Results results = new Results(platform);
            results.assertEqual(new Oracle(CLICKS));
            results.assertCommittedTablesAreTheLakes();
        } catch (Exception | AssertionError failure) {
            throw new AssertionError(
                    "After %s. Run it again with -Dfault.strikes.seed=%d; its data and logs are kept in %s. %s"
                            .formatted(done, seed, folder, failure.getMessage()),
                    failure);
        }
    }

    private static void strike(Strike strike, Platform platform, FaultProxy network) throws Exception {
        switch (strike.kind()) {
            case KILL_FLINK -> kill(FLINK, strike, platform);
            case KILL_FLIGHT -> kill(FLIGHT, strike, platform);
            case STOP_FLINK -> stop(FLINK, strike, platform);
            case STOP_FLIGHT -> stop(FLIGHT, strike, platform);
            case CUT_REQUEST -> network.arm(new Fault(FaultProxy.Kind.CUT_REQUEST, strike.pause(), () -> {}));
            case LOSE_ANSWER -> network.arm(new Fault(FaultProxy.Kind.LOSE_ANSWER, strike.pause(), () -> {}));
            case STALL -> network.arm(new Fault(FaultProxy.Kind.STALL, strike.pause(), () -> {}));
            case RESCALE -> {
                platform.stopJob(StopMode.SUSPEND, RunProgress.PATIENCE);
                platform.restartJob(1, RunProgress.PATIENCE);
            }
        }
    }

    private static void kill(ChildName child, Strike strike, Platform platform) throws Exception {
        Stops.pass(strike.pause());
        platform.restart(child, RunProgress.PATIENCE);
    }

    private static void stop(ChildName child, Strike strike, Platform platform) throws Exception {
        Stops.stopFor(platform.pid(child).orElseThrow(), strike.pause());
        platform.awaitReady(child, RunProgress.PATIENCE);
    }

    private static PlatformSettings settings(Path root, Path folder, Ports ports, FaultProxy network) {
        return PlatformSettings.of(root, folder.resolve("data"), ports)
                .withCheckpointInterval(Duration.ofSeconds(2))
                .withPipelineOption("live.uri", "grpc://localhost:" + network.port())
                .withPipelineOption("watermark.idle-timeout", "366d")
                .withFlightOption("epochs.kept", "3");
    }
}
