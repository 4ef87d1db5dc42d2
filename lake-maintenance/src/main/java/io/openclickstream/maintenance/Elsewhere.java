package io.openclickstream.maintenance;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A place besides the lake's tables where data of persons is kept, and how far it is free of them.
 *
 * @param place {@code job_state}, {@code live_tables} or {@code kafka}
 * @param name of the table, where the place has several; null otherwise
 * @param rows that were removed; null where they are not counted
 * @param isDone whether nothing is left there that this program has to answer for
 * @param until when it is free of them by itself, in UTC; null when it is, or that is not known
 * @param why what was done, or why it is open and what to do
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Elsewhere(
        @JsonProperty("place") String place,
        @JsonProperty("name") @Nullable String name,
        @JsonProperty("rows") @Nullable Long rows,
        @JsonProperty("is_done") boolean isDone,
        @JsonProperty("until") @Nullable String until,
        @JsonProperty("why") String why) {
    /** The job looks at the list every ten seconds, and forgets within the checkpoints that follow. */
    static final Duration JOB_FORGETS_WITHIN = Duration.ofMinutes(10);

    static final String JOB_STATE = "job_state";
    static final String LIVE_TABLES = "live_tables";
    static final String KAFKA = "kafka";

    /**
     * The state of the job.
     *
     * @param listed when the job was told
     * @param committed when it last committed an epoch to the lake; null when that is not known
     */
    static Elsewhere jobState(Instant listed, @Nullable Instant committed) {
        Instant due = listed.plus(JOB_FORGETS_WITHIN);
        return committed != null && committed.isAfter(due)
                ? new Elsewhere(
                        JOB_STATE,
                        null,
                        null,
                        true,
                        null,
                        ("The job has committed at %s and knew the persons since %s, so it has forgotten them. Older savepoints"
                                        + " and kept checkpoints still hold them: delete those; ./clickstream savepoint DIR --find"
                                        + " SITE/USER looks into one.")
                                .formatted(committed, listed))
                : new Elsewhere(
                        JOB_STATE,
                        null,
                        null,
                        false,
                        due.toString(),
                        "The job was told at %s; it is done once it has committed an epoch after %s. What it wrote in between is"
                                        .formatted(listed, due)
                                + " found by erasing again then.");
    }

    /** A live table of a Flight server, from which rows were removed. */
    static Elsewhere liveTable(String name, long rows) {
        return new Elsewhere(
                LIVE_TABLES, name, rows, true, null, "Removed from all views, the server's log and its checkpoints.");
    }

    /** No live table of a Flight server. */
    static Elsewhere liveTables(boolean isDone, String why) {
        return new Elsewhere(LIVE_TABLES, null, null, isDone, null, why);
    }

    /**
     * The topic of clicks.
     *
     * @param retention how long the topic keeps records; zero when there is no topic, null when that was not said
     */
    static Elsewhere kafka(Instant listed, @Nullable Duration retention, Instant now) {
        if (retention == null) {
            return kafka(
                    false,
                    null,
                    "Records in Kafka cannot be changed. Say how long the topic keeps them with --kafka.retention; what was sent"
                            + " before is gone when that has passed. A compacted topic needs a tombstone under each of the person's"
                            + " keys instead: see docs/erasure.md.");
        } else if (retention.isZero()) {
            return kafka(true, null, "There is no topic, as --kafka.retention=0s says.");
        }
        Instant gone = listed.plus(retention);
        return now.isBefore(gone)
                ? kafka(
                        false,
                        gone.toString(),
                        "Records in Kafka cannot be changed. Those sent before the job was told leave with the topic's retention.")
                : kafka(true, null, "Records sent before %s have left with the topic's retention.".formatted(listed));
    }

    private static Elsewhere kafka(boolean isDone, @Nullable String until, String why) {
        return new Elsewhere(KAFKA, null, null, isDone, until, why);
    }

    /** For the receipt's list of what is open. */
    String line() {
        return "%s: %s%s".formatted(place, why, until == null ? "" : " Open until " + until + ".");
    }
}
