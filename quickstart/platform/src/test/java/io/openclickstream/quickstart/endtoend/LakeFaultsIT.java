package io.openclickstream.quickstart.endtoend;

import static io.openclickstream.quickstart.platform.ChildName.FLINK;
import static io.openclickstream.quickstart.platform.ChildName.S3;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.quickstart.platform.FlinkRest.StopMode;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job whose store refuses, dawdles, loses answers and hangs up all the time, and is killed as the job is: at the end every
 * row is in the lake once, by folder and in the Iceberg tables, and what the {@link Oracle} says.
 */
class LakeFaultsIT {
    private static final List<Input> CLICKS = new Workload(20_260_325).onTime();

    @Test
    void everyRowIsThereOnceWhateverTheStoreDoes(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder)
            throws Exception {
        Path root = Path.of(System.getProperty("clickstream.root"));
        Ports ports = Ports.free();
        try (FaultyS3 store = new FaultyS3(ports.s3(), 20_260_325);
                Platform platform = Platform.start(settings(root, folder, ports, store), notice -> {});
                Sender sender = new Sender(platform);
                Feeder feeder = new Feeder(sender, CLICKS)) {
            var progress = new RunProgress(platform);
            int records = CLICKS.size();
            for (int part = 1; part <= 4; part++) {
                feeder.raiseTo(records * part / 4);
                feeder.awaitLimit();
                progress.awaitReceived(records * part / 4);
                assertNoRowIsTwiceInTheFolder(platform);
                if (part == 1) {
                    platform.restart(S3, RunProgress.PATIENCE);
                } else if (part == 2) {
                    platform.restart(FLINK, RunProgress.PATIENCE);
                }
            }
            // The job goes on to take checkpoints, so each comes in time.
            await().atMost(RunProgress.PATIENCE)
                    .untilAsserted(() -> assertThat(store.struck().values())
                            .allSatisfy(count -> assertThat(count).hasPositiveValue()));
            store.mend();
            platform.stopJob(StopMode.DRAIN, RunProgress.PATIENCE);
            Results results = new Results(platform);
            results.assertEqual(new Oracle(CLICKS));
            new TablesOfLake(platform).assertAreTheFolders();
        }
    }

    /** As readers by folder see it while the job writes: whole files, and each row once. */
    private static void assertNoRowIsTwiceInTheFolder(Platform platform) throws Exception {
        String clicks = platform.lakeFolder().resolve("clicks/**/*.parquet").toString();
        assertThat(ComputedAgain.sql(
                        "SELECT count(*) - count(DISTINCT (kafka_partition, kafka_offset)) FROM read_parquet('%s')"
                                .formatted(clicks)))
                .containsExactly("0");
    }

    private static PlatformSettings settings(Path root, Path folder, Ports ports, FaultyS3 store) {
        return PlatformSettings.of(root, folder.resolve("data"), ports)
                .withCheckpointInterval(Duration.ofSeconds(1))
                .withFlinkSetting("s3.endpoint", store.endpoint())
                .withPipelineOption("watermark.idle-timeout", "366d");
    }
}
