package io.openclickstream.quickstart.recompute;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which epochs a lake on disk has whole, as its Iceberg tables say: files of an epoch become visible one after the other,
 * each table is marked when its own are there, and the next epoch begins when all tables are. A lake of which somebody
 * has copied only the Parquet files says nothing.
 */
final class LakeEpochs {
    private static final String LEDGER = "ledger";

    /** Tables that every job writes. */
    private static final List<String> ALWAYS = List.of(LEDGER, "clicks", "rejected", "sessions");

    private static final String EPOCH_OF = "clickstream.epoch.";
    private static final Pattern VERSION = Pattern.compile("(?:v(\\d+)|(\\d+)-[^.]+)\\.metadata\\.json");
    private static final JsonMapper JSON = new JsonMapper();

    /** By table, what its latest metadata says of the job. */
    private final Map<String, Map<String, String>> properties;

    private LakeEpochs(Map<String, Map<String, String>> properties) {
        this.properties = properties;
    }

    /**
     * Everything up to an epoch.
     *
     * @param epoch 0 for nothing
     */
    record Whole(String lineage, long epoch) {}

    /**
     * As the tables are now.
     *
     * @throws IOException when a table's metadata cannot be read
     */
    static LakeEpochs read(Path lake) throws IOException {
        Path tables = lake.resolve("iceberg").resolve("clickstream");
        Map<String, Map<String, String>> properties = new TreeMap<>();
        if (Files.isDirectory(tables)) {
            try (Stream<Path> folders = Files.list(tables)) {
                for (Path table : folders.toList()) {
                    latest(table.resolve("metadata"))
                            .ifPresent(latest -> properties.put(String.valueOf(table.getFileName()), latest));
                }
            }
        }
        return new LakeEpochs(properties);
    }

    /**
     * What the job that has opened the lake last has committed to each of its tables; empty when the lake does not say.
     * Tables of metrics that this job does not have any more do not count.
     */
    Optional<Whole> ofLatestJob() {
        Map<String, String> ledger = properties.get(LEDGER);
        if (ledger == null || lineage(ledger).isEmpty()) {
            return Optional.empty();
        }
        long epoch = properties.entrySet().stream()
                .filter(table -> ALWAYS.contains(table.getKey())
                        || submission(table.getValue()).equals(submission(ledger)))
                .mapToLong(table -> epoch(table.getValue(), lineage(ledger)))
                .min()
                .orElseThrow();
        return Optional.of(new Whole(lineage(ledger), epoch));
    }

    /** Whether no table of these datasets says that it lacks the epoch. */
    boolean have(String lineage, long epoch, Collection<String> datasets) {
        return datasets.stream()
                .map(LakeEpochs::table)
                .map(properties::get)
                .filter(Objects::nonNull)
                .allMatch(table -> epoch(table, lineage) >= epoch);
    }

    /** Those of the datasets whose tables no job of this lineage has ever opened; a job opens all before its first epoch. */
    List<String> foreignTo(String lineage, Collection<String> datasets) {
        return datasets.stream()
                .filter(dataset -> properties.containsKey(table(dataset)))
                .filter(dataset ->
                        !properties.getOrDefault(table(dataset), Map.of()).containsKey(EPOCH_OF + lineage))
                .sorted()
                .toList();
    }

    /** A metric's dataset is in a folder of its own. */
    private static String table(String dataset) {
        return dataset.substring(dataset.lastIndexOf('/') + 1);
    }

    private static String lineage(Map<String, String> table) {
        return table.getOrDefault("clickstream.lineage", "");
    }

    private static String submission(Map<String, String> table) {
        String all = table.getOrDefault("clickstream.submissions", "");
        return all.substring(all.lastIndexOf(',') + 1);
    }

    private static long epoch(Map<String, String> table, String lineage) {
        return Long.parseLong(table.getOrDefault(EPOCH_OF + lineage, "0"));
    }

    /** The table's properties by its latest metadata; a table forgets old versions, and may while they are read. */
    private static Optional<Map<String, String>> latest(Path metadata) throws IOException {
        Optional<Path> before = Optional.empty();
        while (true) {
            Optional<Path> latest = latestVersion(metadata);
            if (latest.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(properties(latest.get()));
            } catch (NoSuchFileException e) {
                if (latest.equals(before)) {
                    throw e;
                }
                before = latest;
            }
        }
    }

    private static Optional<Path> latestVersion(Path metadata) throws IOException {
        if (!Files.isDirectory(metadata)) {
            return Optional.empty();
        }
        Path latest = null;
        long version = -1;
        try (Stream<Path> files = Files.list(metadata)) {
            for (Path file : files.sorted().toList()) {
                Matcher name = VERSION.matcher(String.valueOf(file.getFileName()));
                if (name.matches()) {
                    long number = Long.parseLong(name.group(1) == null ? name.group(2) : name.group(1));
                    if (number > version) {
                        version = number;
                        latest = file;
                    }
                }
            }
        }
        return Optional.ofNullable(latest);
    }

    private static Map<String, String> properties(Path metadata) throws IOException {
        try (InputStream file = Files.newInputStream(metadata)) {
            JsonNode all = JSON.reader().at("/properties").readTree(file);
            Map<String, String> properties = new HashMap<>();
            all.fields()
                    .forEachRemaining(entry ->
                            properties.put(entry.getKey(), entry.getValue().asText()));
            return properties;
        } catch (JsonProcessingException e) {
            throw new IOException("the table's metadata %s is no JSON: %s".formatted(metadata, e.getMessage()), e);
        }
    }
}
