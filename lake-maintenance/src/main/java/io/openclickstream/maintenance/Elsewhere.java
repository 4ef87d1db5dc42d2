package io.openclickstream.maintenance;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place besides the lake's tables where data of persons is kept, and how far it is free of them.
 *
 * @param place {@code job_state}, {@code checkpoints}, {@code live_tables} or {@code kafka}
 * @param name of the table, where the place has several; null otherwise
 * @param rows that were removed; null where they are not counted
 * @param isDone whether nothing is left there that this program has to answer for
 * @param until when it is free of them without another erasure: a moment in UTC, or what has to happen; null when it is
 *     free, or needs another erasure
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
    static final String JOB_STATE = "job_state";
    static final String CHECKPOINTS = "checkpoints";
    static final String LIVE_TABLES = "live_tables";
    static final String KAFKA = "kafka";

    private static final String DELETED = "they are deleted";

    /**
     * The state of the job, and its checkpoints of before.
     *
     * @param listed where the persons stand in the list of the erased
     * @param job what it was seen to obey
     * @param waited for the job
     */
    static List<Elsewhere> jobState(ListedPersons.Listed listed, JobObedience job, Duration waited) {
        if (!job.isObeyed()) {
            return List.of(new Elsewhere(
                    JOB_STATE,
                    null,
                    null,
                    false,
                    null,
                    ("The job was told at %s, by entry %d of the list, and committed no epoch that obeys it within %s: %s. See"
                                    + " that it runs and commits, and erase again; what it has written since is found then.")
                            .formatted(listed.at(), listed.number(), waited, job.why())));
        }
        return List.of(
                new Elsewhere(
                        JOB_STATE,
                        null,
                        null,
                        true,
                        null,
                        ("Since epoch %d of lineage %s, or an earlier one, the job keeps nothing of them and writes nothing of"
                                        + " them: all its subtasks had obeyed entry %d of the list by then.")
                                .formatted(job.epoch(), job.lineage(), listed.number())),
                new Elsewhere(
                        CHECKPOINTS,
                        null,
                        null,
                        false,
                        DELETED,
                        ("Checkpoints before number %d of lineage %s, and all savepoints of before that one and of earlier"
                                        + " lineages, may hold them. Flink deletes checkpoints as later ones are complete; savepoints"
                                        + " are yours to delete. ./clickstream savepoint DIR --user SITE/USER looks into one.")
                                .formatted(job.epoch(), job.lineage())));
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

    /** Whether nothing is left to do but to wait, or to delete what this program does not know of. */
    boolean remains() {
        return !isDone && until != null;
    }

    /** For the receipt's lists of what is open, and of what remains. */
    String line() {
        return "%s: %s%s".formatted(place, why, until == null ? "" : " Until " + until + ".");
    }
}
