package io.openclickstream.maintenance;

import java.time.Duration;

/**
 * How the lake is kept.
 *
 * @param targetBytes about the size of a compacted file; positive
 * @param settled how long an hour of ingestion must be over before it is compacted
 * @param keepSnapshots how many snapshots of a table stay, however old they are; positive
 * @param keepFor how long any snapshot stays
 * @param keepEpochFiles how long the job's own files stay after the end of their hour, for those who read by folder
 * @param orphansOlderThan how long what nobody refers to stays; longer than the longest outage of the job, which may come
 *     back for it
 */
public record Care(
        long targetBytes,
        Duration settled,
        int keepSnapshots,
        Duration keepFor,
        Duration keepEpochFiles,
        Duration orphansOlderThan) {}
