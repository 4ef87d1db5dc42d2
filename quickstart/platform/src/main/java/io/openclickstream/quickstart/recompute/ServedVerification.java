package io.openclickstream.quickstart.recompute;

import io.openclickstream.schemas.live.LiveMetadata;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares the committed views of a Flight server with the lake, row by row, for each epoch that the server keeps: the
 * ledger, the final sessions and the final windows up to the epoch. The platform may go on meanwhile.
 */
public final class ServedVerification {
    /** Server and lake are told of an epoch at the same time; one that fails goes on when the job is restored. */
    private static final Duration COMMIT_BOUND = Duration.ofMinutes(1);

    /** With short checkpoints and a slow machine every kept epoch may leave before all of it is read; then it is tried anew. */
    private static final Duration READ_BOUND = Duration.ofMinutes(1);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private static final ServedTables.Columns LEDGER = new ServedTables.Columns(
            Map.of("topic", "kafka_topic", "partition", "kafka_partition", "next_offset", "to_offset"),
            Map.of(),
            "true");

    /** The JSON of the live table as DuckDB writes the lake's map; currencies are plain letters. */
    private static final ServedTables.Columns SESSIONS = new ServedTables.Columns(
            Map.of(),
            Map.of("revenue", "replace(replace(replace(revenue, '\":\"', '='), '\",\"', ', '), '\"', '')"),
            "is_final::BOOLEAN");

    private static final ServedTables.Columns METRIC =
            new ServedTables.Columns(Map.of(), Map.of(), "is_final::BOOLEAN");

    private final ServedTables.Access access;
    private final Path lake;
    private final Path recomputed;
    private final int maxShown;

    /**
     * @param flight address of the server, such as {@code grpc://localhost:8815}
     * @param tokenFile holds a bearer token; null for none
     * @param tlsCa certificates in PEM that the server's must come from; null for those the JVM trusts
     * @param recomputed a folder that {@link Recompute} filled: it says when rows are final, and their keys
     * @param maxShown how many differing rows of each dataset and epoch are told one by one
     */
    public ServedVerification(
            URI flight, @Nullable Path tokenFile, @Nullable Path tlsCa, Path lake, Path recomputed, int maxShown) {
        this.access = new ServedTables.Access(flight, tokenFile, tlsCa);
        this.lake = lake;
        this.recomputed = recomputed;
        this.maxShown = maxShown;
    }

    /**
     * Compares.
     *
     * @throws IOException when the server or the lake cannot be read
     */
    public ServedReport run() throws IOException, InterruptedException {
        Properties finality = new Properties();
        try (Reader file = Files.newBufferedReader(recomputed.resolve(Verification.FINALITY))) {
            finality.load(file);
        }
        Path folder = Files.createTempDirectory("clickstream-served");
        try (ServedTables served = new ServedTables(access);
                LakeReader reader = LakeReader.open()) {
            long deadline = System.nanoTime() + READ_BOUND.toNanos();
            ServedTables.Lineage lineage = served.lineage();
            List<Copy> copies = copies(served, reader, lineage, finality, folder);
            while (copies.isEmpty() && !lineage.keptEpochs().isEmpty() && System.nanoTime() < deadline) {
                lineage = served.lineage(); // all have left while they were read
                copies = copies(served, reader, lineage, finality, folder);
            }
            List<Long> gone = new ArrayList<>(lineage.keptEpochs());
            copies.forEach(copy -> gone.remove(copy.epoch()));
            LakeWait wait = new LakeWait(lake, lineage.id(), COMMIT_BOUND, () -> Thread.sleep(PAUSE.toMillis()));
            List<ServedReport.Epoch> epochs = new ArrayList<>();
            List<Long> lacking = new ArrayList<>();
            for (Copy copy : copies) {
                if (wait.until(copy.epoch(), copy.datasets())) {
                    epochs.add(new ServedReport.Epoch(
                            copy.epoch(), copy.moment().text(), copy.isWhole(), compare(reader, copy)));
                } else {
                    lacking.add(copy.epoch());
                }
            }
            return new ServedReport(access.address(), lineage.id(), epochs, gone, lacking);
        } finally {
            Folders.delete(folder);
        }
    }

    /** What is served of each epoch, the newest first, without those that leave meanwhile: the oldest are the first to. */
    private List<Copy> copies(
            ServedTables served, LakeReader reader, ServedTables.Lineage lineage, Properties finality, Path folder)
            throws IOException {
        List<Long> newestFirst = new ArrayList<>(lineage.keptEpochs());
        newestFirst.sort((one, other) -> Long.compare(other, one));
        List<Copy> copies = new ArrayList<>();
        for (long epoch : newestFirst) {
            Path rows = Files.createDirectories(folder.resolve("epoch-" + epoch));
            copy(served, reader, lineage.id(), epoch, finality, rows).ifPresent(copies::add);
        }
        return copies;
    }

    /**
     * What is served of an epoch.
     *
     * @param isWhole whether the server has known the lineage from its beginning
     */
    private record Copy(long epoch, Path rows, Moment moment, boolean isWhole, List<DatasetComparison> comparisons) {
        List<String> datasets() {
            return comparisons.stream().map(DatasetComparison::dataset).toList();
        }
    }

    private Optional<Copy> copy(
            ServedTables served, LakeReader reader, String lineage, long epoch, Properties finality, Path copy)
            throws IOException {
        Optional<Map<String, String>> ledger = served.copy("ledger", epoch, reader, copy, "ledger", LEDGER);
        if (ledger.isEmpty()) {
            return Optional.empty();
        }
        Moment moment = Moment.of(reader, copy, epoch);
        List<DatasetComparison> comparisons = new ArrayList<>();
        comparisons.add(new DatasetComparison(
                "ledger",
                List.of("kafka_topic", "kafka_partition", "epoch"),
                "held.epoch <= %d AND held.epoch > %s AND %s"
                        .formatted(
                                epoch,
                                ledger.get().getOrDefault(LiveMetadata.BEGINS_AFTER, "0"),
                                keptFrom("ingestion_time", ledger.get())),
                ignored(reader, "ledger", copy)));
        Optional<Map<String, String>> sessions = served.copy("sessions", epoch, reader, copy, "sessions", SESSIONS);
        if (sessions.isEmpty()) {
            return Optional.empty();
        }
        comparisons.add(new DatasetComparison(
                "sessions",
                List.of("site_id", "user_id", "session_id"),
                upTo(epoch, lineage) + " AND " + keptFrom("start_time", sessions.get()),
                ignored(reader, "sessions", copy)));
        for (String metric : metrics(finality)) {
            String dataset = "metrics/" + metric;
            Optional<Map<String, String>> rows = served.copy(metric, epoch, reader, copy, dataset, METRIC);
            if (rows.isEmpty()) {
                return Optional.empty();
            }
            comparisons.add(new DatasetComparison(
                    dataset,
                    List.of(finality.getProperty("metrics." + metric + ".key").split(",", -1)),
                    upTo(epoch, lineage) + " AND " + keptFrom("window_start", rows.get()),
                    ignored(reader, dataset, copy)));
        }
        boolean isWhole = !ledger.get().containsKey(LiveMetadata.BEGINS_AFTER);
        return Optional.of(new Copy(epoch, copy, moment, isWhole, comparisons));
    }

    private List<DatasetResult> compare(LakeReader reader, Copy copy) throws IOException {
        List<DatasetResult> results = new ArrayList<>();
        for (DatasetComparison comparison : copy.comparisons()) {
            DatasetResult result = comparison.run(reader, lake, copy.rows(), maxShown);
            results.add(copy.isWhole() || comparison.dataset().equals("ledger") ? result : withoutOnlyInLake(result));
        }
        return results;
    }

    /** A server that has known the lineage only since some epoch cannot have what was final before. */
    private static DatasetResult withoutOnlyInLake(DatasetResult result) {
        return new DatasetResult(
                result.dataset(),
                result.equal(),
                result.different(),
                0,
                result.onlyRecomputed(),
                result.notFinal() + result.onlyInLake(),
                result.first().stream()
                        .filter(difference -> difference.recomputed() != null)
                        .toList());
    }

    /** Columns that only one side has, such as {@code is_final}, and the lake's hour. */
    private Set<String> ignored(LakeReader reader, String dataset, Path copy) throws IOException {
        if (!LakeReader.has(lake, dataset)) {
            return Set.of();
        }
        Set<String> inLake =
                reader.columns("SELECT * FROM " + reader.table(lake, dataset)).keySet();
        Set<String> ignored = new HashSet<>(inLake);
        Set<String> served =
                reader.columns("SELECT * FROM " + reader.table(copy, dataset)).keySet();
        ignored.addAll(served);
        ignored.removeIf(column -> inLake.contains(column) && served.contains(column));
        return ignored;
    }

    private static Set<String> metrics(Properties finality) {
        Set<String> metrics = new TreeSet<>();
        for (String name : finality.stringPropertyNames()) {
            if (name.startsWith("metrics.") && name.endsWith(Verification.FINAL_AFTER)) {
                metrics.add(name.substring("metrics.".length(), name.length() - Verification.FINAL_AFTER.length()));
            }
        }
        return metrics;
    }

    /** In SQL, whether the lake has a row since this epoch at the latest, as the name of its file says; true of served rows. */
    private static String upTo(long epoch, String lineage) {
        return "(held.%s LIKE '%%%s' OR coalesce(try_cast(regexp_extract(held.%s, '-e(?:\\d+-)?(\\d+)-%s-', 1) AS BIGINT) <= %d, false))"
                .formatted(LakeReader.FILE, ServedTables.ROWS_FILE, LakeReader.FILE, lineage, epoch);
    }

    /** In SQL, whether a row's window has not left the server. */
    private static String keptFrom(String column, Map<String, String> facts) {
        String keptFrom = facts.get(LiveMetadata.KEPT_FROM);
        return keptFrom == null ? "true" : "epoch_ms(held.%s) >= %s".formatted(column, keptFrom);
    }

    /** How far event time had come at an epoch, as its ledger says. */
    private record Moment(long completeThroughMillis, boolean isDrained) {
        static Moment of(LakeReader reader, Path copy, long epoch) throws IOException {
            List<@Nullable String> row = reader.rows("""
                            SELECT coalesce(max(epoch_ms(complete_through)), 0),
                                coalesce(bool_or(is_drained) FILTER (epoch = %d), false) FROM %s""".formatted(epoch, reader.table(copy, "ledger")))
                    .get(0);
            return new Moment(Long.parseLong(String.valueOf(row.get(0))), Boolean.parseBoolean(row.get(1)));
        }

        String text() {
            return isDrained
                    ? "all that was read is final"
                    : completeThroughMillis == 0
                            ? "nothing is known to be final"
                            : "final is what was complete by " + Instant.ofEpochMilli(completeThroughMillis);
        }
    }
}
