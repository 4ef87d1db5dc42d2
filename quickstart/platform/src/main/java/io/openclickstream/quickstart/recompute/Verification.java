package io.openclickstream.quickstart.recompute;

import io.openclickstream.quickstart.platform.CannotStartException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares a recomputation with the lake it was made from, row by row. What was not final at the epoch that the
 * recomputation covers is left out on both sides: the lake does not have it yet, or has it from a later epoch. So is what has to do
 * with persons who were erased ({@link ErasedFromLake}).
 */
public final class Verification {
    /** The file in a recomputation's folder that says when rows are final, and their keys. */
    static final String FINALITY = "finality.properties";
    /** Ends the names of its properties that say after how many milliseconds. */
    static final String FINAL_AFTER = ".final-after";

    /** How a session came about, which tells nothing of what it holds; see decision 0010. */
    private static final Set<String> HISTORY = Set.of("revision");

    private final Path lake;
    private final @Nullable String backfill;
    private final Path recomputed;
    private final int maxShown;

    /**
     * @param recomputed the folder that {@link Recompute} filled
     * @param maxShown how many differing rows of each dataset are told one by one
     */
    public Verification(Path lake, Path recomputed, int maxShown) {
        this(lake, null, recomputed, maxShown);
    }

    /**
     * The same of a backfill.
     *
     * @param backfill its name; null for what the job has written
     */
    public Verification(Path lake, @Nullable String backfill, Path recomputed, int maxShown) {
        this.lake = lake;
        this.backfill = backfill;
        this.recomputed = recomputed;
        this.maxShown = maxShown;
    }

    /** Whether a folder holds a whole recomputation. */
    public static boolean isRecomputation(Path folder) {
        return Files.isReadable(folder.resolve(Covered.FILE)) && Files.isReadable(folder.resolve(FINALITY));
    }

    /**
     * Compares.
     *
     * @throws CannotStartException when the recomputation is not whole
     */
    public VerifyReport run() throws IOException, CannotStartException {
        if (!isRecomputation(recomputed)) {
            throw new CannotStartException(
                    "Cannot compare with %s: it holds no finished recomputation. ./clickstream recompute makes one."
                            .formatted(recomputed));
        }
        Covered covered = Covered.readFrom(recomputed);
        Properties finality = new Properties();
        try (Reader file = Files.newBufferedReader(recomputed.resolve(FINALITY))) {
            finality.load(file);
        }
        try (LakeReader reader = LakeReader.of(lake, backfill)) {
            covered.load(reader);
            ErasedFromLake erased = ErasedFromLake.read(lake);
            erased.load(reader);
            List<String> ledger = new LedgerCheck(reader, lake).differences(covered, erased);
            List<String> notes = new ArrayList<>();
            erased.note().ifPresent(notes::add);
            List<DatasetResult> results = new ArrayList<>();
            for (DatasetComparison comparison : comparisons(covered, finality, erased)) {
                DatasetResult result = comparison.run(reader, lake, recomputed, maxShown);
                if (result.dataset().equals("rejected")) {
                    result = result.withoutErased(erased.rows("rejected"));
                }
                results.add(result);
                noteWhy(reader, result, finality, notes);
            }
            noteDecisions(reader, covered, notes);
            noteBackfills(reader, notes);
            return new VerifyReport(
                    lake,
                    recomputed,
                    covered.epoch(),
                    covered.isDrained()
                            ? "all that was read is final"
                            : covered.completeThroughMillis() == 0
                                    ? "nothing is known to be final"
                                    : "final is what was complete by "
                                            + Instant.ofEpochMilli(covered.completeThroughMillis()),
                    results,
                    ledger,
                    notes);
        }
    }

    private List<DatasetComparison> comparisons(Covered covered, Properties finality, ErasedFromLake erased)
            throws IOException {
        List<DatasetComparison> comparisons = new ArrayList<>();
        List<String> position = List.of("kafka_topic", "kafka_partition", "kafka_offset");
        String isCovered = Covered.isCovered("held");
        comparisons.add(new DatasetComparison("clicks", position, isCovered + " AND " + erased.isOfOthers(), Set.of()));
        comparisons.add(new DatasetComparison(
                "sessions",
                List.of("site_id", "user_id", "session_id"),
                isFinal(covered, "end_time", finality.getProperty("sessions" + FINAL_AFTER)) + " AND "
                        + erased.isOfOthers(),
                HISTORY));
        for (String metric : metrics(finality)) {
            String finalAfter = finality.getProperty("metrics." + metric + FINAL_AFTER);
            String key = finality.getProperty("metrics." + metric + ".key", "window_start");
            comparisons.add(new DatasetComparison(
                    "metrics/" + metric,
                    List.of(key.split(",", -1)),
                    (finalAfter == null ? "true" : isFinal(covered, "window_end", finalAfter)) + " AND "
                            + erased.isUntouched(),
                    Set.of()));
        }
        if (Covered.sourceOf(recomputed) == ClicksFrom.KAFKA) {
            // The late and the filtered were taken as given; what was wrong with the others was decided again.
            comparisons.add(new DatasetComparison(
                    "rejected", position, "outcome IN ('MALFORMED', 'FUTURE') AND " + isCovered, Set.of()));
        }
        return comparisons;
    }

    /** Those of the catalog, and those that only the lake has. */
    private Set<String> metrics(Properties finality) throws IOException {
        Set<String> metrics = new TreeSet<>();
        for (String name : finality.stringPropertyNames()) {
            if (name.startsWith("metrics.") && name.endsWith(FINAL_AFTER)) {
                metrics.add(name.substring("metrics.".length(), name.length() - FINAL_AFTER.length()));
            }
        }
        Path folder = lake.resolve("metrics");
        if (Files.isDirectory(folder)) {
            try (Stream<Path> folders = Files.list(folder)) {
                folders.filter(Files::isDirectory).forEach(each -> metrics.add(String.valueOf(each.getFileName())));
            }
        }
        return metrics;
    }

    private static String isFinal(Covered covered, String end, String finalAfterMillis) {
        return covered.isDrained()
                ? "true"
                : "epoch_ms(held.%s) + %s <= %d".formatted(end, finalAfterMillis, covered.completeThroughMillis());
    }

    private void noteWhy(LakeReader reader, DatasetResult result, Properties finality, List<String> notes)
            throws IOException {
        if (!result.dataset().startsWith("metrics/") || result.differences() == 0) {
            return;
        }
        String metric = result.dataset().substring("metrics/".length());
        if (!finality.containsKey("metrics." + metric + FINAL_AFTER)) {
            notes.add(
                    "%s: the recomputation's catalog does not have this metric. Give the catalog that the job had, with --pipeline metrics.catalog=FOLDER."
                            .formatted(result.dataset()));
        } else if (!LakeReader.has(lake, result.dataset())) {
            notes.add("%s: the lake has no row of this metric; it may have been added since."
                    .formatted(result.dataset()));
        } else {
            String first = "(SELECT min(window_start) FROM lake)";
            long before =
                    reader.number("SELECT count(*) FROM pairs WHERE NOT in_lake AND \"r.window_start\" <= " + first);
            if (before > 0) {
                notes.add(
                        "%s: %d of the rows that only the recomputation has lie in or before the lake's first window of this metric; it may have been added then."
                                .formatted(result.dataset(), before));
            }
        }
    }

    private void noteBackfills(LakeReader reader, List<String> notes) throws IOException {
        if (backfill != null) {
            return;
        }
        String names =
                "SELECT DISTINCT split_part(kafka_topic, '/', 2) FROM %s WHERE kafka_topic LIKE 'backfill/%%' ORDER BY 1"
                        .formatted(LakeReader.withBackfills(lake, "ledger"));
        for (List<@Nullable String> row : reader.rows(names)) {
            notes.add(
                    "The rows of the backfill %1$s are not the job's, and were not compared; --backfill %1$s compares them."
                            .formatted(row.get(0)));
        }
    }

    private void noteDecisions(LakeReader reader, Covered covered, List<String> notes) throws IOException {
        if (!covered.drainedBefore().isEmpty()) {
            notes.add(
                    "The job was drained at epoch %s and went on afterwards: what was open then was made final, so sessions and windows that got clicks later may differ."
                            .formatted(covered.drainedBefore()));
        }
        if (LakeReader.has(recomputed, "ledger")) {
            long duplicates = reader.number("SELECT sum(duplicate) FROM " + reader.table(recomputed, "ledger"));
            if (duplicates > 0) {
                notes.add(
                        "The recomputation found %d duplicates among what the lake accepted or does not account for. An event id that was used again after the de-duplication horizon is one, and its session and windows differ."
                                .formatted(duplicates));
            }
        }
    }
}
