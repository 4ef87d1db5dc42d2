package io.openclickstream.quickstart.recompute;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the lake's list of erased persons says: the ledger and the metrics have counted rows that are gone on purpose.
 *
 * @param persons hashes of site and user, as the list has them
 * @param rows that were removed, at most, by dataset; a run that was killed may have counted them twice
 * @param hours beginnings of the hours of event time that they lay in
 */
record ErasedFromLake(Set<String> persons, Map<String, Long> rows, Set<String> hours) {
    private static final String FOLDER = "erasures";
    private static final JsonMapper JSON = new JsonMapper();

    ErasedFromLake {
        persons = Set.copyOf(persons);
        rows = Map.copyOf(rows);
        hours = Set.copyOf(hours);
    }

    /** @throws IOException when the list is there and cannot be read */
    static ErasedFromLake read(Path lake) throws IOException {
        Set<String> persons = new TreeSet<>();
        Map<String, Long> rows = new TreeMap<>();
        Set<String> hours = new TreeSet<>();
        for (Path file : files(lake.resolve(FOLDER))) {
            JsonNode entry = JSON.readTree(Files.readAllBytes(file));
            entry.path("persons").forEach(person -> persons.add(person.asText()));
            entry.path("rows")
                    .fields()
                    .forEachRemaining(
                            each -> rows.merge(each.getKey(), each.getValue().asLong(), Long::sum));
            entry.path("hours").forEach(hour -> hours.add(hour.asText()));
        }
        return new ErasedFromLake(persons, rows, hours);
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    /** Makes the tables {@code erased_persons} of hashes and {@code erased_hours} of moments. */
    void load(LakeReader reader) throws IOException {
        load(reader, "erased_persons (hash VARCHAR)", persons);
        load(reader, "erased_hours (hour TIMESTAMPTZ)", hours);
    }

    private static void load(LakeReader reader, String table, Set<String> values) throws IOException {
        reader.run("CREATE OR REPLACE TEMP TABLE " + table);
        List<String> all = new ArrayList<>(values);
        for (int from = 0; from < all.size(); from += 1000) {
            List<String> some = all.subList(from, Math.min(all.size(), from + 1000));
            reader.run("INSERT INTO %s VALUES %s"
                    .formatted(
                            table.substring(0, table.indexOf(' ')),
                            String.join(
                                    ", ",
                                    some.stream()
                                            .map(value -> "(" + LakeReader.text(value) + ")")
                                            .toList())));
        }
    }

    /** In SQL, whether the row {@code held} is of nobody who was erased. */
    String isOfOthers() {
        return persons.isEmpty()
                ? "true"
                : "left(sha256(%s || %s), 32) NOT IN (FROM erased_persons)"
                        .formatted(withLength("held.site_id"), withLength("held.user_id"));
    }

    private static String withLength(String column) {
        return "unhex(printf('%%08x', octet_length(encode(%1$s)))) || encode(%1$s)".formatted(column);
    }

    /** In SQL, whether no erased row can have counted in the window {@code held}. */
    String isUntouched() {
        return hours.isEmpty()
                ? "true"
                : "NOT EXISTS (FROM erased_hours WHERE held.window_start < hour + INTERVAL 1 HOUR AND held.window_end > hour)";
    }

    /** Rows of a dataset that were removed, at most. */
    long rows(String dataset) {
        return rows.getOrDefault(dataset, 0L);
    }

    /** What is left out for it, in a sentence; empty when nobody was erased. */
    Optional<String> note() {
        return persons.isEmpty() && rows.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "%d persons were erased, and with them at most these rows: %s. Left out are rows of these persons and the windows of metrics in the %d hours of event time that the rows lay in; what the ledger counts may be more by as many."
                                .formatted(persons.size(), new TreeMap<>(rows), hours.size()));
    }
}
