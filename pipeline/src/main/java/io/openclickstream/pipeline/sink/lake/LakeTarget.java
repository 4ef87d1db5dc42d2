package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.lake.LakeCommitter;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.PassedBorders;
import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where and how the lake is written.
 *
 * @param root URI of the lake's folder
 * @param newLineage the lineage of a job that starts without state; a UUID
 * @param catalog see {@link LakeSettings#catalog}
 * @param catalogProperties file of further properties, read where the job runs; null for none
 * @param bufferBytes about the most memory that rows of one writer wait in; then they become files
 * @param maxSnapshots how many snapshots of a table the job lets stand; see {@link LakeCommitter}
 * @param allowedLateness how far behind the watermark the job accepts clicks; see {@link PassedBorders}
 * @param maxOutage how long a catalog or store may be away before the job fails and is started again
 */
public record LakeTarget(
        String root,
        String newLineage,
        String catalog,
        @Nullable String catalogProperties,
        long bufferBytes,
        int maxSnapshots,
        Duration allowedLateness,
        Duration maxOutage)
        implements Serializable {
    private static final long BUFFER_BYTES = 32L << 20;
    private static final Duration MAX_OUTAGE = Duration.ofMinutes(5);

    public LakeTarget {
        root = root.replaceFirst("/+$", "");
    }

    /** A lake to which no backfill is added, with the catalog that needs no service. */
    public static LakeTarget embedded(String root, String newLineage) {
        return new LakeTarget(
                root,
                newLineage,
                LakeSettings.EMBEDDED,
                null,
                BUFFER_BYTES,
                LakeCommitter.MAX_SNAPSHOTS,
                Duration.ZERO,
                MAX_OUTAGE);
    }
}
