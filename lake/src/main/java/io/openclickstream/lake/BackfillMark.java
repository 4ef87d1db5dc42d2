package io.openclickstream.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a table's properties say of a backfill.
 *
 * @param begunRun the run that may add to the table; a later one has taken its place
 * @param committedRun the run whose rows the table has; empty when it has none
 * @param besideLineage lineage of the job that had passed the border when the run began; empty when it was not noted
 */
public record BackfillMark(Backfill backfill, String begunRun, String committedRun, String besideLineage) {
    /** In a snapshot's summary: the name of the backfill that it brought, replaced or took back. */
    public static final String NAME = "clickstream.backfill";

    private static final String PROPERTY = NAME + ".";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** All backfills that a table knows, by lineage. */
    public static Map<String, BackfillMark> of(Map<String, String> properties) {
        Map<String, BackfillMark> marks = new TreeMap<>();
        properties.forEach((name, value) -> {
            if (name.startsWith(PROPERTY)) {
                marks.put(name.substring(PROPERTY.length()), read(name, value));
            }
        });
        return marks;
    }

    /** What a table says of the lineage of a backfill. */
    public static Optional<BackfillMark> of(Map<String, String> properties, String lineage) {
        return Optional.ofNullable(of(properties).get(lineage));
    }

    /** Whether the table has all rows of it, and no run has begun to replace them. */
    public boolean isWhole() {
        return !committedRun.isEmpty() && committedRun.equals(begunRun);
    }

    /** Whether the committed run has written a file. Compaction gives its files other names. */
    public boolean hasCommitted(EpochFile file) {
        return !committedRun.isEmpty() && isOf(file, committedRun);
    }

    /** Whether a file was written by the committed run, or by the one that may still be. */
    public boolean mayHave(EpochFile file) {
        return hasCommitted(file) || isOf(file, begunRun);
    }

    private static boolean isOf(EpochFile file, String run) {
        return file.rest().startsWith(run + "-");
    }

    static String property(String lineage) {
        return PROPERTY + lineage;
    }

    BackfillMark begunBy(Backfill wanted, String run, String lineageOfJob) {
        return new BackfillMark(wanted, run, committedRun, lineageOfJob);
    }

    BackfillMark committed() {
        return new BackfillMark(backfill, begunRun, begunRun, besideLineage);
    }

    String json() {
        Map<String, String> fields = new TreeMap<>();
        fields.put("name", backfill.name());
        fields.put("input", backfill.input());
        fields.put("until", backfill.until().toString());
        if (backfill.from() != null) {
            fields.put("from", backfill.from().toString());
        }
        fields.put("begun-run", begunRun);
        fields.put("committed-run", committedRun);
        fields.put("beside-lineage", besideLineage);
        try {
            return JSON.writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Texts are always JSON", e);
        }
    }

    private static BackfillMark read(String property, String json) {
        try {
            Map<String, String> fields = JSON.readValue(json, new TypeReference<HashMap<String, String>>() {});
            String from = fields.get("from");
            return new BackfillMark(
                    new Backfill(
                            Objects.requireNonNull(fields.get("name")),
                            Objects.requireNonNull(fields.get("input")),
                            from == null ? null : Instant.parse(from),
                            Instant.parse(fields.getOrDefault("until", ""))),
                    fields.getOrDefault("begun-run", ""),
                    fields.getOrDefault("committed-run", ""),
                    fields.getOrDefault("beside-lineage", ""));
        } catch (JsonProcessingException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "The property %s of a table is not what a backfill writes there: %s".formatted(property, json), e);
        }
    }
}
