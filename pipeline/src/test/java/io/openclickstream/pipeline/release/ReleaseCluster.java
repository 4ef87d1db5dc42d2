package io.openclickstream.pipeline.release;

import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;

/** The Flink cluster in which samples are made and restored. */
final class ReleaseCluster {
    private ReleaseCluster() {}

    static MiniClusterExtension create() {
        return new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
                .setNumberTaskManagers(1)
                .setNumberSlotsPerTaskManager(4)
                .setConfiguration(
                        new Configuration().set(JobManagerOptions.SLOT_REQUEST_TIMEOUT, Duration.ofSeconds(10)))
                .build());
    }
}
