package io.openclickstream.pipeline;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;

/** How Flink keeps the state of our job well, whatever the cluster's configuration says. */
public final class StateSettings {
    // Named here, since RocksDB is the cluster's; a test compares the names with Flink's.
    static final ConfigOption<Boolean> BLOOM_FILTER = ConfigOptions.key("state.backend.rocksdb.use-bloom-filter")
            .booleanType()
            .noDefaultValue();
    static final ConfigOption<Integer> CACHED_TIMERS = ConfigOptions.key(
                    "state.backend.rocksdb.timer-service.cache-size")
            .intType()
            .noDefaultValue();

    static final ConfigOption<String> OPTIONS_FACTORY = ConfigOptions.key("state.backend.rocksdb.options-factory")
            .stringType()
            .noDefaultValue();

    private static final int TIMERS_OF_A_KEY_GROUP = 1_024;

    private StateSettings() {}

    /** Adds the settings. */
    public static void addTo(Configuration configuration) {
        // Else Flink reads heap state back without a buffer, a system call for a byte (decision 0016).
        configuration.set(ExecutionOptions.SNAPSHOT_COMPRESSION, true);
        // A new user is one of whom there is nothing, and would be looked for in every file.
        configuration.set(BLOOM_FILTER, true);
        // The timers that come next, of each key group; when they have come, the next are looked for behind deleted
        // ones.
        configuration.set(CACHED_TIMERS, TIMERS_OF_A_KEY_GROUP);
        // Only its name, since a cluster whose state is on the heap need not have RocksDB.
        configuration.set(OPTIONS_FACTORY, "io.openclickstream.pipeline.RocksDbOptions");
    }
}
