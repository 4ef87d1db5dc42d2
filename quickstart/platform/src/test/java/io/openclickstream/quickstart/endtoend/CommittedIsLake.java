package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.options.ByteSize;
import io.openclickstream.quickstart.platform.CannotStartException;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.recompute.Recompute;
import io.openclickstream.quickstart.recompute.RecomputeSettings;
import io.openclickstream.quickstart.recompute.ServedReport;
import io.openclickstream.quickstart.recompute.ServedVerification;
import java.nio.file.Path;
import java.util.Map;

/**
 * The equation on a platform whose job runs: for every kept epoch E of every table, committed(E) is the lake up to E.
 *
 * @param recomputed of it only when rows are final is used, so it may be of earlier
 */
record CommittedIsLake(Platform platform, Path recomputed) {
    /** Waits until the lake has an epoch. */
    static CommittedIsLake of(Platform platform, Path root, Path recomputed) throws Exception {
        var settings = new RecomputeSettings(
                root, platform.lakeFolder(), null, recomputed, 2, new ByteSize(1L << 30), Map.of());
        int exitCode = await().atMost(RunProgress.PATIENCE)
                .ignoreExceptionsInstanceOf(CannotStartException.class)
                .until(() -> new Recompute(settings, notice -> {}).run(), anyCode -> true);
        assertThat(exitCode).isZero();
        return new CommittedIsLake(platform, recomputed);
    }

    /** Fails with the rows that differ. */
    void assertHolds() throws Exception {
        ServedReport report = new ServedVerification(
                        platform.addresses().flight(), null, null, platform.lakeFolder(), recomputed, 5)
                .run();
        assertThat(report.isEqual()).as(String.join("\n", report.lines())).isTrue();
    }
}
