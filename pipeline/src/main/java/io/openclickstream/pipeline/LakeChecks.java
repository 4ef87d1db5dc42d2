package io.openclickstream.pipeline;

import io.openclickstream.lake.LakeSettings;
import io.openclickstream.options.Mistakes;
import io.openclickstream.pipeline.erasure.ErasureList;
import io.openclickstream.pipeline.sink.lake.LakeTarget;
import java.nio.file.Path;
import java.time.Duration;

/** What the options say of the lake, and what can be wrong with it. */
final class LakeChecks {
    private static final long SMALLEST_BUFFER = 1L << 20;
    private static final long LARGEST_BUFFER = 1L << 30;

    private static final int FEWEST_SNAPSHOTS = 100;
    private static final int MOST_SNAPSHOTS = 100_000;
    private static final Duration SHORTEST_POLL = Duration.ofSeconds(1);
    private static final Duration LONGEST_POLL = Duration.ofHours(1);

    private LakeChecks() {}

    static void check(PipelineOptions options, Mistakes wrong) {
        wrong.require(
                options.lakeCatalog().equals(LakeSettings.EMBEDDED)
                        || options.lakeCatalog().matches("jdbc:(sqlite|postgresql):.+|https?://.+"),
                "lake.catalog",
                "is none that the job knows. Use embedded, jdbc:postgresql://HOST/DATABASE, jdbc:sqlite:FILE or"
                        + " https://HOST/PATH");
        long buffer = options.lakeBuffer().bytes();
        wrong.require(buffer >= SMALLEST_BUFFER && buffer <= LARGEST_BUFFER, "lake.buffer", "must be 1MiB to 1GiB");
        wrong.require(
                options.lakeMaxSnapshots() >= FEWEST_SNAPSHOTS && options.lakeMaxSnapshots() <= MOST_SNAPSHOTS,
                "lake.max-snapshots",
                "must be %d to %d: each is some 1 kB that every commit writes"
                        .formatted(FEWEST_SNAPSHOTS, MOST_SNAPSHOTS));
        Duration poll = options.erasuresPoll();
        wrong.require(
                poll.compareTo(SHORTEST_POLL) >= 0 && poll.compareTo(LONGEST_POLL) <= 0,
                "erasures.poll",
                "must be 1s to 1h. Use for example 10s");
    }

    static ErasureList erasures(PipelineOptions options) {
        return new ErasureList(options.lakeUri(), options.erasuresPoll(), options.lakeMaxOutage());
    }

    static LakeTarget target(PipelineOptions options, String newLineage) {
        Path properties = options.lakeCatalogProperties();
        return new LakeTarget(
                options.lakeUri(),
                newLineage,
                options.lakeCatalog(),
                properties == null ? null : properties.toString(),
                options.lakeBuffer().bytes(),
                options.lakeMaxSnapshots(),
                options.sessionAllowedLateness(),
                options.lakeMaxOutage());
    }
}
