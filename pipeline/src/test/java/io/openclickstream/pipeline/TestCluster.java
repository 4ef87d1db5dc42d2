package io.openclickstream.pipeline;

import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.ResourceManagerOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;

/** The Flink cluster of a test class, in its JVM. */
public final class TestCluster {
    private static final Duration SLOTS_WITHIN = Duration.ofMinutes(2);

    private TestCluster() {}

    /** One with a single task manager. */
    public static MiniClusterExtension withSlots(int slots) {
        return new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
                .setNumberTaskManagers(1)
                .setNumberSlotsPerTaskManager(slots)
                .setConfiguration(new Configuration()
                        .set(JobManagerOptions.SLOT_REQUEST_TIMEOUT, SLOTS_WITHIN)
                        // A job has ended a little before its slots are free, and the next one has to wait for them:
                        // once a cluster counts as started, what is not free at once is refused at once.
                        .set(ResourceManagerOptions.STANDALONE_CLUSTER_STARTUP_PERIOD_TIME, Duration.ofDays(1)))
                .build());
    }
}
