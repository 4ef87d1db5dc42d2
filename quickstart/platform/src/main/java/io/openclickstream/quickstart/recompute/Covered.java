package io.openclickstream.quickstart.recompute;

import io.openclickstream.quickstart.platform.CannotStartException;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a lake says it holds, as of its last whole epoch.
 *
 * @param epoch the last one in the ledger that all tables have
 * @param completeThroughMillis what became final up to this moment of event time is in the lake; 0 when that is not known
 * @param isDrained everything that was read is final
 * @param drainedBefore earlier epochs at which the job was drained, after which it went on
 * @param nextOffsets first offset not read yet, by {@code PARTITION.TOPIC}
 */
record Covered(
        long epoch,
        long completeThroughMillis,
        boolean isDrained,
        List<Long> drainedBefore,
        Map<String, Long> nextOffsets) {
    /** The file in a recomputation's folder that says what it covers. */
    static final String FILE = "recompute.properties";

    private static final String NEXT_OFFSET = "next-offset.";

    Covered {
        drainedBefore = List.copyOf(drainedBefore);
        nextOffsets = new TreeMap<>(nextOffsets);
    }

    /**
     * Reads a lake's ledger. An epoch of which some table does not have its rows yet is not covered: its job is about to
     * commit it, or will when it is started again.
     *
     * @throws CannotStartException when the lake cannot be compared with anything
     */
    static Covered read(LakeReader reader, Path lake) throws IOException, CannotStartException {
        Optional<LakeEpochs.Whole> whole = LakeEpochs.read(lake).ofLatestJob();
        if (!LakeReader.has(lake, "ledger")) {
            throw new CannotStartException(
                    "Cannot recompute %s: its ledger is empty. Wait until the job has completed a checkpoint."
                            .formatted(lake));
        }
        String files = reader.table(lake, "ledger");
        if (!reader.columns("SELECT * FROM " + files).containsKey("complete_through")) {
            throw new CannotStartException(
                    "Cannot recompute %s: its ledger does not say how far event time was complete, since an older version wrote it. Let the job complete a checkpoint with this version first."
                            .formatted(lake));
        }
        reader.run("CREATE OR REPLACE TEMP TABLE ledger AS SELECT * FROM %s AS held WHERE %s"
                .formatted(files, whole.map(Covered::isWhole).orElse("true")));
        if (reader.number("SELECT count(*) FROM ledger") == 0) {
            throw new CannotStartException(
                    "Cannot recompute %s: no table has all rows of an epoch yet. Wait until the job has completed a checkpoint."
                            .formatted(lake));
        }
        long epoch = reader.number("SELECT max(epoch) FROM ledger");
        requireOneLineage(reader, lake);
        List<@Nullable String> last = reader.rows("""
                        SELECT coalesce(max(epoch_ms(complete_through)), 0),
                            bool_or(coalesce(is_drained, false)) FILTER (epoch = %d) FROM ledger""".formatted(epoch)).get(0);
        Map<String, Long> nextOffsets = new TreeMap<>();
        reader.rows("SELECT kafka_partition || '.' || kafka_topic, max(to_offset) FROM ledger GROUP BY 1")
                .forEach(row -> nextOffsets.put(String.valueOf(row.get(0)), Long.valueOf(String.valueOf(row.get(1)))));
        List<Long> drainedBefore = reader
                .rows("SELECT DISTINCT epoch FROM ledger WHERE is_drained AND epoch < %d ORDER BY 1".formatted(epoch))
                .stream()
                .map(row -> Long.valueOf(String.valueOf(row.get(0))))
                .toList();
        return new Covered(
                epoch,
                Long.parseLong(String.valueOf(last.get(0))),
                Boolean.parseBoolean(last.get(1)),
                drainedBefore,
                nextOffsets);
    }

    /** In SQL, whether a row is of an epoch that all tables have, or of an earlier job. */
    private static String isWhole(LakeEpochs.Whole whole) {
        return "(held.epoch <= %d OR NOT contains(held.%s, %s))"
                .formatted(whole.epoch(), LakeReader.FILE, LakeReader.text("-" + whole.lineage() + "-"));
    }

    /** Steps that read the same offsets come from two jobs, and neither would count what both together hold. */
    private static void requireOneLineage(LakeReader reader, Path lake) throws IOException, CannotStartException {
        var overlaps = reader.rows("""
                SELECT kafka_topic, kafka_partition FROM (
                    SELECT *, lag(to_offset) OVER (PARTITION BY kafka_topic, kafka_partition
                        ORDER BY epoch, from_offset) AS ended FROM ledger)
                WHERE from_offset < ended LIMIT 1""");
        if (!overlaps.isEmpty()) {
            throw new CannotStartException(
                    "Cannot recompute %s: its ledger has read parts of %s, partition %s, more than once. A job was started without its state on a lake that held rows already; give each its own lake."
                            .formatted(
                                    lake,
                                    overlaps.get(0).get(0),
                                    overlaps.get(0).get(1)));
        }
    }

    /** Reads what a recomputation covered. */
    static Covered readFrom(Path recomputed) throws IOException {
        Properties plan = new Properties();
        try (Reader file = Files.newBufferedReader(recomputed.resolve(FILE))) {
            plan.load(file);
        }
        Map<String, Long> nextOffsets = new TreeMap<>();
        for (String name : plan.stringPropertyNames()) {
            if (name.startsWith(NEXT_OFFSET)) {
                nextOffsets.put(name.substring(NEXT_OFFSET.length()), Long.valueOf(plan.getProperty(name)));
            }
        }
        String drains = plan.getProperty("drained-before", "");
        return new Covered(
                Long.parseLong(plan.getProperty("epoch")),
                Long.parseLong(plan.getProperty("complete-through")),
                Boolean.parseBoolean(plan.getProperty("is-drained")),
                drains.isEmpty()
                        ? List.of()
                        : List.of(drains.split(",", -1)).stream()
                                .map(Long::valueOf)
                                .toList(),
                nextOffsets);
    }

    /** Where a recomputation took clicks from. */
    static ClicksFrom sourceOf(Path recomputed) throws IOException {
        Properties plan = new Properties();
        try (Reader file = Files.newBufferedReader(recomputed.resolve(FILE))) {
            plan.load(file);
        }
        return ClicksFrom.valueOf(plan.getProperty("from"));
    }

    /** Writes it down for the process that recomputes, and for a later comparison. */
    void writeTo(Path recomputed, ClicksFrom from, Path lake) throws IOException {
        Properties plan = new Properties();
        plan.setProperty("from", from.name());
        plan.setProperty("lake", lake.toAbsolutePath().toString());
        plan.setProperty("epoch", Long.toString(epoch));
        plan.setProperty("complete-through", Long.toString(completeThroughMillis));
        plan.setProperty("is-drained", Boolean.toString(isDrained));
        plan.setProperty(
                "drained-before",
                String.join(",", drainedBefore.stream().map(String::valueOf).toList()));
        nextOffsets.forEach((partition, next) -> plan.setProperty(NEXT_OFFSET + partition, Long.toString(next)));
        try (Writer file = Files.newBufferedWriter(recomputed.resolve(FILE))) {
            plan.store(file, "What this recomputation was made from");
        }
    }

    /** Makes the table {@code covered} of topic, partition and next offset. */
    void load(LakeReader reader) throws IOException {
        reader.run("CREATE OR REPLACE TEMP TABLE covered (topic VARCHAR, partition INTEGER, next BIGINT)");
        for (Map.Entry<String, Long> partition : nextOffsets.entrySet()) {
            String[] partitionAndTopic = partition.getKey().split("\\.", 2);
            reader.run("INSERT INTO covered VALUES (%s, %s, %d)"
                    .formatted(LakeReader.text(partitionAndTopic[1]), partitionAndTopic[0], partition.getValue()));
        }
    }

    /** In SQL, whether a row that has a Kafka position was read. */
    static String isCovered(String row) {
        return "EXISTS (FROM covered WHERE topic = %1$s.kafka_topic AND partition = %1$s.kafka_partition AND %1$s.kafka_offset < next)"
                .formatted(row);
    }
}
