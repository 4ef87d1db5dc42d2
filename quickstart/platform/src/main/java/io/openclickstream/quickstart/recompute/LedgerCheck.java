package io.openclickstream.quickstart.recompute;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares the lake's rows of single records with what its ledger counts, and finds out which records did not count.
 * Asks about the table {@code covered}.
 */
final class LedgerCheck {
    private final LakeReader reader;
    private final Path lake;

    LedgerCheck(LakeReader reader, Path lake) {
        this.reader = reader;
        this.lake = lake;
    }

    /**
     * One sentence for each partition and outcome of which the lake holds another number of records. What a dataset lacks
     * altogether is none where as many of its rows were erased.
     */
    List<String> differences(Covered covered, ErasedFromLake erased) throws IOException {
        readPositions(covered);
        Map<String, Long> missing = new HashMap<>();
        Map<String, List<String>> lacking = new TreeMap<>();
        List<String> differences = new ArrayList<>();
        for (List<@Nullable String> row : reader.rows("""
                WITH counted AS (
                    UNPIVOT (SELECT kafka_topic, kafka_partition, sum(accepted)::BIGINT AS ACCEPTED, sum(late)::BIGINT AS LATE,
                            sum(malformed)::BIGINT AS MALFORMED, sum(future)::BIGINT AS FUTURE,
                            sum(filtered)::BIGINT AS FILTERED
                        FROM steps GROUP BY ALL)
                    ON ACCEPTED, LATE, MALFORMED, FUTURE, FILTERED INTO NAME outcome VALUE counted),
                held AS (SELECT kafka_topic, kafka_partition, outcome, count(*) AS held FROM positions GROUP BY ALL)
                SELECT kafka_topic, kafka_partition, outcome, counted, coalesce(held, 0)
                FROM counted LEFT JOIN held USING (kafka_topic, kafka_partition, outcome)
                WHERE counted <> coalesce(held, 0) ORDER BY ALL""")) {
            String outcome = String.valueOf(row.get(2));
            String dataset = outcome.equals("ACCEPTED") ? "clicks" : "rejected";
            long lacks = Long.parseLong(String.valueOf(row.get(3))) - Long.parseLong(String.valueOf(row.get(4)));
            List<String> sentences =
                    lacks > 0 ? lacking.computeIfAbsent(dataset, each -> new ArrayList<>()) : differences;
            sentences.add("%s, partition %s: the ledger counts %s %s, the lake's dataset %s holds %s"
                    .formatted(
                            row.get(0), row.get(1), row.get(3), outcome.toLowerCase(Locale.ROOT), dataset, row.get(4)));
            missing.merge(dataset, Math.max(0, lacks), Long::sum);
        }
        lacking.forEach((dataset, sentences) -> {
            if (missing.getOrDefault(dataset, 0L) > erased.rows(dataset)) {
                differences.addAll(sentences);
            }
        });
        return differences;
    }

    /**
     * Writes the records that did not count as {@code TOPIC,PARTITION,OFFSET}, sorted: the late and the filtered, and the
     * duplicates. Duplicates are nowhere in the lake; they are what is left of a step when everything else of it is
     * there, as the ledger counts it. Where something is missing, the recomputation has to find out itself.
     */
    void writeNotCounted(Covered covered, Path file) throws IOException {
        readPositions(covered);
        reader.run("""
                COPY (
                    WITH held AS (
                        SELECT steps.kafka_topic, steps.kafka_partition, steps.from_offset, count(*) AS held
                        FROM positions ASOF JOIN steps ON positions.kafka_topic = steps.kafka_topic
                            AND positions.kafka_partition = steps.kafka_partition
                            AND positions.kafka_offset >= steps.from_offset
                        GROUP BY ALL),
                    whole AS (
                        SELECT kafka_topic, kafka_partition, unnest(range(from_offset, to_offset)) AS kafka_offset
                        FROM steps LEFT JOIN held USING (kafka_topic, kafka_partition, from_offset)
                        WHERE duplicate > 0 AND received - duplicate = coalesce(held, 0))
                    SELECT kafka_topic, kafka_partition, kafka_offset FROM positions WHERE outcome IN ('LATE', 'FILTERED')
                    UNION ALL
                    SELECT * FROM whole ANTI JOIN positions USING (kafka_topic, kafka_partition, kafka_offset)
                    ORDER BY ALL)
                TO %s (FORMAT csv, HEADER false)""".formatted(LakeReader.text(file.toString())));
    }

    private void readPositions(Covered covered) throws IOException {
        covered.load(reader);
        List<String> parts = new ArrayList<>();
        for (Map.Entry<String, String> part :
                Map.of("clicks", "'ACCEPTED'", "rejected", "outcome").entrySet()) {
            if (LakeReader.has(lake, part.getKey())) {
                parts.add("SELECT kafka_topic, kafka_partition, kafka_offset, %s AS outcome FROM %s AS held WHERE %s"
                        .formatted(part.getValue(), reader.table(lake, part.getKey()), Covered.isCovered("held")));
            }
        }
        if (parts.isEmpty()) {
            parts.add(
                    "SELECT ''::VARCHAR AS kafka_topic, 0 AS kafka_partition, 0::BIGINT AS kafka_offset, '' AS outcome WHERE false");
        }
        reader.run("CREATE OR REPLACE TEMP TABLE positions AS " + String.join(" UNION ALL ", parts));
        reader.run("CREATE OR REPLACE TEMP TABLE steps AS SELECT * FROM %s WHERE received > 0 AND epoch <= %d"
                .formatted(reader.table(lake, "ledger"), covered.epoch()));
    }
}
