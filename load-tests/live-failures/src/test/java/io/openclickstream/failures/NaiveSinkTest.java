package io.openclickstream.failures;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.failures.network.FaultProxy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runs of {@link LiveFailuresTest} find out a sink that writes through, although only its live rows are looked at. */
class NaiveSinkTest {
    @TempDir
    Path folder;

    @Test
    void sinkThatWritesThroughIsFoundOutByEverySeed() throws Exception {
        List<Seeds.Failure> found = Seeds.failures(folder, (seed, own) -> {
            try (Served server = new WriteThroughServer();
                    FaultProxy network = new FaultProxy(server.port());
                    RandomRun run = new RandomRun(seed, new WriteThrough(), server, network)) {
                run.run();
            }
        });
        assertThat(found).as("seeds that found it out").hasSize(Seeds.count());
        assertThat(found).allSatisfy(failure -> assertThat(failure.cause()).hasMessageContaining("[live "));
    }
}
