package io.openclickstream.lake;

import io.openclickstream.schemas.lake.BackfillLineage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a backfill's span of event time is nobody else's: no click of it is in the lake, and none can come any
 * more. Changes nothing.
 *
 * @param topic that its records come from; null for files
 * @param allowedLateness how far behind the watermark the job still accepts clicks
 */
public record BackfillBorder(
        LakeCatalog catalog, Backfill backfill, @Nullable String topic, Duration allowedLateness) {
    private static final String CLICKS = "clicks";
    private static final String EVENT_TIME = "event_time";

    /** Why it must not be added, one sentence each with what to do; empty when it may be. */
    public List<String> objections() {
        Optional<Table> clicks = catalog.load(CLICKS);
        EpochMark mark = EpochMark.of(clicks.map(Table::properties).orElse(Map.of()));
        if (clicks.isEmpty() || mark.lineage().isEmpty()) {
            return List.of(
                    "The lake at %s has no epoch of a job yet, so nobody knows where its own clicks will begin. Start the job first, and wait for a checkpoint."
                            .formatted(catalog.settings().root()));
        }
        List<String> objections = new ArrayList<>();
        if (topic != null && mark.frontier().containsKey(topic)) {
            objections.add(
                    "The job reads the topic %s itself, from its beginning on, and what it has refused would be refused twice. Read a topic of another name; what was refused is sent again by ./clickstream replay --rejected."
                            .formatted(topic));
        }
        whatMayCome(mark).ifPresent(objections::add);
        whatIsThere(clicks.get()).ifPresent(objections::add);
        for (BackfillMark other : BackfillMark.of(clicks.get().properties()).values()) {
            if (!other.backfill().name().equals(backfill.name())
                    && other.backfill().overlaps(backfill)) {
                objections.add(
                        "The backfill %s has rows %s, or has begun to add them. Give a span that does not touch it, or take that one out with --withdraw."
                                .formatted(
                                        other.backfill().name(),
                                        other.backfill().span()));
            }
        }
        return objections;
    }

    /** A click is accepted as long as it is not further behind the watermark than allowed, and watermarks only grow. */
    private Optional<String> whatMayCome(EpochMark mark) {
        if (mark.completeThroughMillis() == 0) {
            return Optional.of(
                    "It is not known how far event time is complete in the job: it has begun anew or gone back. Wait for its next checkpoint.");
        }
        Instant complete = Instant.ofEpochMilli(mark.completeThroughMillis());
        Instant needed = backfill.until().plus(allowedLateness);
        return complete.isBefore(needed)
                ? Optional.of(
                        "The job may still accept clicks from before %s: event time is complete through %s, and clicks up to %s behind are accepted. Wait until it has passed %s, or give an earlier --until."
                                .formatted(backfill.until(), complete, allowedLateness, needed))
                : Optional.empty();
    }

    private Optional<String> whatIsThere(Table clicks) {
        Types.NestedField column = clicks.schema().findField(EVENT_TIME);
        long files = 0;
        @Nullable Instant earliest = null;
        @Nullable String example = null;
        for (DataFile file : LakeBackfill.filesOf(clicks)) {
            boolean isOfJob = EpochFile.parse(file.location())
                    .filter(name -> BackfillLineage.is(name.lineage()))
                    .isEmpty();
            Optional<TimeBounds> span = isOfJob ? TimeBounds.of(file, column) : Optional.empty();
            if (isOfJob && span.filter(each -> !touches(each)).isEmpty()) {
                files++;
                example = file.location();
                earliest = span.isPresent()
                                && (earliest == null || span.get().first().isBefore(earliest))
                        ? span.get().first()
                        : earliest;
            }
        }
        return files == 0
                ? Optional.empty()
                : Optional.of(
                        "The job has clicks of that time itself, or may have: %d of its files hold clicks within the span %s%s, such as %s. They would be counted twice. Give a span in which it has none."
                                .formatted(
                                        files,
                                        backfill.span(),
                                        earliest == null ? "" : ", the earliest of " + earliest,
                                        example));
    }

    private boolean touches(TimeBounds span) {
        return span.first().isBefore(backfill.until())
                && (backfill.from() == null || !span.last().isBefore(backfill.from()));
    }
}
