package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.quickstart.platform.ChildName;
import io.openclickstream.quickstart.platform.FlinkRest.StopMode;
import io.openclickstream.quickstart.platform.Ledger;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole road: real Kafka, S3, Flink and Flight server, with disorder, duplicates, late, broken and future clicks,
 * and with the Flink process and the Flight server killed while clicks come in. Every number is compared with the
 * {@link Oracle}.
 */
class EndToEndIT {
    @Test
    void everyNumberIsRightWhateverIsKilled(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
        Workload workload = new Workload(20_260_310);
        List<Input> onTime = workload.onTime();
        List<Input> second = workload.lateBrokenAndGood();
        List<Input> all = new ArrayList<>(onTime);
        all.addAll(second);
        Oracle oracle = new Oracle(all);

        Path root = Path.of(System.getProperty("clickstream.root"));
        PlatformSettings settings = PlatformSettings.of(root, folder.resolve("data"), Ports.free())
                .withCheckpointInterval(Duration.ofSeconds(1));
        try (Platform platform = Platform.start(settings, notice -> {});
                Sender sender = new Sender(platform)) {
            RunProgress progress = new RunProgress(platform);
            int third = onTime.size() / 3;
            sender.send(onTime.subList(0, third));
            progress.awaitReceived(third / 2);
            platform.kill(ChildName.FLINK);
            sender.send(onTime.subList(third, 2 * third));
            progress.awaitReceived(third + 1);
            platform.kill(ChildName.FLIGHT);
            sender.send(onTime.subList(2 * third, onTime.size()));
            progress.awaitReceived(onTime.size());
            assertThat(platform.starts(ChildName.FLINK)).isEqualTo(2);
            assertThat(platform.starts(ChildName.FLIGHT)).isEqualTo(2);

            progress.awaitWatermarkOf(Workload.LAST_ON_TIME);
            String before = progress.lastRestart();
            List<RecordMetadata> positions = sender.send(second);
            Ledger ledger = progress.awaitReceived(all.size());
            assertThat(progress.lastRestart()).as("restarts by broken records").isEqualTo(before);
            assertThat(ledger.outcomes()).isEqualTo(ledger.received());
            assertThat(ledger.accepted()).isEqualTo(oracle.accepted());
            assertThat(ledger.duplicate()).isEqualTo(oracle.duplicates()).isPositive();
            assertThat(ledger.late()).isEqualTo(oracle.refused("BEHIND_WATERMARK"));
            assertThat(ledger.future()).isEqualTo(oracle.refused("EVENT_TIME_IN_FUTURE"));

            Results results = new Results(platform);
            results.assertCommittedLedgerIsTheLakes();
            new ServedAgain(platform, root, folder).assertIsTheLake();
            platform.stopJob(StopMode.DRAIN, RunProgress.PATIENCE);
            results.assertEqual(oracle);
            results.assertCommittedTablesAreTheLakes();
            results.assertLedgerIsRight(ledger);
            results.assertRejectedKeepEverything(second, positions);
            new ComputedAgain(platform, root, folder).assertIsTheSame(second);
        }
    }
}
