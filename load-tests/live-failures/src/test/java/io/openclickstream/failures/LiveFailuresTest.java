package io.openclickstream.failures;

import io.openclickstream.failures.network.FaultProxy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * For every committed epoch E readers see the rows that were fed before its barriers, and live those and all since:
 * whatever happens to tasks, checkpoints, the network and the server.
 */
class LiveFailuresTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void readersSeeWhatWasFedWhateverFails() throws Exception {
        List<Seeds.Failure> failures = Seeds.failures(folder, (seed, own) -> {
            try (Served server = new RealServer(own, RandomRun.EPOCHS_KEPT);
                    FaultProxy network = new FaultProxy(server.port());
                    RandomRun run = new RandomRun(seed, Sink.real(), server, network)) {
                run.run();
            }
        });
        if (!failures.isEmpty()) {
            Seeds.Failure first = failures.get(0);
            throw new AssertionError(
                    "%d seeds failed: %s. Run the first again with -Dlive.failure.seed=%d; what the server kept is in %s. It failed %s"
                            .formatted(
                                    failures.size(),
                                    failures.stream().map(Seeds.Failure::seed).toList(),
                                    first.seed(),
                                    folder,
                                    first.cause().getMessage()),
                    first.cause());
        }
    }
}
