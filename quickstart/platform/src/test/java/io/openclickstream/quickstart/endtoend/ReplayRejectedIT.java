package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.quickstart.platform.FlinkRest.StopMode;
import io.openclickstream.quickstart.platform.Ledger;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import io.openclickstream.quickstart.rejected.RejectedReplay;
import io.openclickstream.quickstart.rejected.RejectedReplay.Settings;
import io.openclickstream.quickstart.rejected.RejectedReplay.Summary;
import io.openclickstream.schemas.click.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Clicks that were refused by a setting are replayed after it was mended, and come out as if it had never been wrong. */
class ReplayRejectedIT {
    private static final int TOO_LONG = 30;
    private static final int LATE = 4;
    private static final Set<Reason> MALFORMED_OR_LATE =
            EnumSet.of(Reason.TOO_LARGE, Reason.NOT_JSON, Reason.BEHIND_WATERMARK);

    @Test
    void recordsEndUpWhereTheyBelongOnce(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
        List<Input> onTime = new Workload(20_260_312).onTime();
        InputMaker maker = new InputMaker(new Random(7));
        List<Input> tooLong = new ArrayList<>();
        for (int i = 0; i < TOO_LONG; i++) {
            tooLong.add(padded(maker.click("guest-" + i % 10, Workload.LAST_ON_TIME.toEpochMilli() + i * 1_000L)));
        }
        List<Input> refused = new ArrayList<>(tooLong);
        for (int i = 0; i < LATE; i++) {
            refused.add(maker.click(
                            "late-" + i,
                            Workload.LAST_ON_TIME.minus(Duration.ofHours(3)).toEpochMilli())
                    .late());
        }
        refused.add(new Input(null, bytes("nobody"), bytes("{broken"), null, "NOT_JSON"));
        List<Input> all = new ArrayList<>(onTime);
        all.addAll(refused);
        Oracle oracle = new Oracle(all);

        Path root = Path.of(System.getProperty("clickstream.root"));
        PlatformSettings wrong = PlatformSettings.of(root, folder.resolve("data"), Ports.free())
                .withCheckpointInterval(Duration.ofSeconds(1))
                .withPipelineOption("watermark.idle-timeout", "366d")
                .withPipelineOption("clicks.max-bytes", "4KiB");
        try (Platform platform = Platform.start(wrong, notice -> {});
                Sender sender = new Sender(platform)) {
            RunProgress progress = new RunProgress(platform);
            sender.send(onTime);
            progress.awaitWatermarkOf(Workload.LAST_ON_TIME);
            sender.send(refused);
            Ledger ledger = progress.awaitReceived(all.size());
            assertThat(ledger.malformed()).isEqualTo(TOO_LONG + 1);
            assertThat(ledger.late()).isEqualTo(LATE);
            awaitRejected(platform, refused.size());
        }

        try (Platform platform = Platform.start(wrong.withPipelineOption("clicks.max-bytes", "1MiB"), notice -> {})) {
            RunProgress progress = new RunProgress(platform);
            var settings = new Settings(
                    platform.lakeFolder(),
                    platform.addresses().kafka(),
                    platform.addresses().topic(),
                    MALFORMED_OR_LATE,
                    null,
                    null,
                    false,
                    false);
            assertThat(new RejectedReplay(settings).run()).isEqualTo(new Summary(refused.size(), 0, 0, 0, 0, false));
            int again = LATE + 1;
            Ledger ledger = progress.awaitReceived(all.size() + refused.size());
            assertThat(ledger.accepted()).isEqualTo(oracle.accepted());
            assertThat(ledger.late()).as("late clicks stay late").isEqualTo(2 * LATE);
            assertThat(ledger.malformed()).isEqualTo(TOO_LONG + 2);
            assertThat(ledger.outcomes()).isEqualTo(ledger.received());
            awaitRejected(platform, refused.size() + again);
            assertThat(new RejectedReplay(settings).run())
                    .isEqualTo(new Summary(0, refused.size(), again, 0, 0, false));
            platform.stopJob(StopMode.DRAIN, RunProgress.PATIENCE);
            new Results(platform).assertEqual(oracle);
        }
    }

    /** Behind the job's commit: its files become visible. */
    private static void awaitRejected(Platform platform, int rows) {
        LakeReader lake = new LakeReader(platform.lakeFolder());
        await().atMost(RunProgress.PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(lake.rows("rejected", "reason")).hasSize(rows));
    }

    /** The same click with so many blanks behind it that it is refused for its length; none the less JSON. */
    private static Input padded(Input click) {
        byte[] value = Arrays.copyOf(click.value(), 8_192);
        Arrays.fill(value, click.value().length, value.length, (byte) ' ');
        return new Input(click.partition(), click.key(), value, click.click(), null);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
