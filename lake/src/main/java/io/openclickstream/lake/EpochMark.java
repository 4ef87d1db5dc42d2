package io.openclickstream.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openclickstream.schemas.lake.LakeProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.iceberg.UpdateProperties;
import org.jspecify.annotations.Nullable;

/**
 * Up to where a table is committed: stands in its properties, which no expiry of snapshots removes.
 *
 * @param lineage whose epochs are committed now; empty when none ever was
 * @param epochs the latest epoch of each lineage
 * @param submissions ids of the job's submissions that have opened it, the latest last
 * @param frontier next Kafka offset by topic and partition
 * @param completeThroughMillis event time up to which all is there that is final; 0 when that is not known
 * @param erasuresApplied as of the latest epoch, up to which entry of the list of erased persons the job's state had
 *     nothing of anybody, and later epochs bring nothing of them; empty when that is not known
 */
public record EpochMark(
        String lineage,
        Map<String, Long> epochs,
        List<String> submissions,
        Map<String, Map<Integer, Long>> frontier,
        long completeThroughMillis,
        OptionalLong erasuresApplied) {
    /** In a snapshot's summary: the epoch it brought. */
    public static final String EPOCH = "clickstream.epoch";

    /** In a snapshot's summary and in the table's properties: the lineage. */
    public static final String LINEAGE = "clickstream.lineage";

    /** In a snapshot's summary and in the table's properties: JSON, next Kafka offset by topic and partition. */
    public static final String FRONTIER = "clickstream.frontier";

    /** In a snapshot's summary and in the table's properties: milliseconds since 1970-01-01T00:00Z. */
    public static final String COMPLETE_THROUGH = "clickstream.complete-through-ms";

    /** In a snapshot's summary and in the table's properties: number of an entry; absent when it is not known. */
    public static final String ERASURES_APPLIED = "clickstream.erasures-applied";

    private static final String EPOCH_OF = "clickstream.epoch.";
    private static final String SUBMISSIONS = "clickstream.submissions";
    private static final int SUBMISSIONS_KEPT = 50;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the properties of a table say. */
    public static EpochMark of(Map<String, String> properties) {
        Map<String, Long> epochs = new TreeMap<>();
        properties.forEach((name, value) -> {
            if (name.startsWith(EPOCH_OF)) {
                epochs.put(name.substring(EPOCH_OF.length()), Long.valueOf(value));
            }
        });
        String submissions = properties.getOrDefault(SUBMISSIONS, "");
        return new EpochMark(
                properties.getOrDefault(LINEAGE, ""),
                epochs,
                submissions.isEmpty() ? List.of() : List.of(submissions.split(",", -1)),
                frontier(properties.get(FRONTIER)),
                Long.parseLong(properties.getOrDefault(COMPLETE_THROUGH, "0")),
                erasuresApplied(properties));
    }

    /** What a table's properties, or a snapshot's summary, say of erased persons; empty when they say nothing. */
    public static OptionalLong erasuresApplied(Map<String, String> properties) {
        String number = properties.get(ERASURES_APPLIED);
        return number == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(number));
    }

    /** The latest committed epoch of a lineage; empty when it has none. */
    public Optional<Long> epoch(String ofLineage) {
        return Optional.ofNullable(epochs.get(ofLineage));
    }

    /** Whether this submission opened the table last. */
    public boolean isOf(String submission) {
        return !submissions.isEmpty() && submissions.get(submissions.size() - 1).equals(submission);
    }

    /** After one more epoch. */
    EpochMark then(LakeEpoch epoch) {
        Map<String, Map<Integer, Long>> moved = new TreeMap<>();
        frontier.forEach((topic, offsets) -> moved.put(topic, new TreeMap<>(offsets)));
        long complete = completeThroughMillis;
        for (LakeProgress step : epoch.progress()) {
            moved.computeIfAbsent(step.topic(), topic -> new TreeMap<>())
                    .merge(step.partition(), step.toOffset(), Math::max);
            complete = Math.max(complete, step.completeThroughMillis());
        }
        return new EpochMark(
                epoch.lineage(),
                with(epoch.lineage(), epoch.epoch()),
                submissions,
                Map.copyOf(moved),
                complete,
                epoch.erasuresApplied());
    }

    /** After a submission has opened it, with a state in which this epoch was the last. */
    EpochMark openedBy(String submission, String byLineage, long restoredEpoch) {
        List<String> all = new ArrayList<>(submissions);
        all.remove(submission);
        all.add(submission);
        // Another lineage has come nowhere yet, and begins with what the topic still holds.
        boolean isBack = epoch(byLineage).orElse(0L) > restoredEpoch || !lineage.equals(byLineage);
        return new EpochMark(
                byLineage,
                with(byLineage, Math.min(restoredEpoch, epoch(byLineage).orElse(0L))),
                List.copyOf(all.subList(Math.max(0, all.size() - SUBMISSIONS_KEPT), all.size())),
                isBack ? Map.of() : frontier,
                isBack ? 0 : completeThroughMillis,
                isBack ? OptionalLong.empty() : erasuresApplied);
    }

    private Map<String, Long> with(String ofLineage, long epoch) {
        Map<String, Long> all = new TreeMap<>(epochs);
        all.put(ofLineage, epoch);
        return all;
    }

    void writeTo(UpdateProperties properties) {
        properties
                .set(LINEAGE, lineage)
                .set(SUBMISSIONS, String.join(",", submissions))
                .set(FRONTIER, frontierJson())
                .set(COMPLETE_THROUGH, Long.toString(completeThroughMillis));
        if (erasuresApplied.isPresent()) {
            properties.set(ERASURES_APPLIED, Long.toString(erasuresApplied.getAsLong()));
        } else {
            properties.remove(ERASURES_APPLIED);
        }
        epochs.forEach((ofLineage, epoch) -> properties.set(EPOCH_OF + ofLineage, Long.toString(epoch)));
    }

    String frontierJson() {
        try {
            return JSON.writeValueAsString(new TreeMap<>(frontier));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Names and numbers are always JSON", e);
        }
    }

    private static Map<String, Map<Integer, Long>> frontier(@Nullable String json) {
        try {
            return json == null ? Map.of() : JSON.readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "The property %s of a table is not what the job writes there: %s".formatted(FRONTIER, json), e);
        }
    }
}
