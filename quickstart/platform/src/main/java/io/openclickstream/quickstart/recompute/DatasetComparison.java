package io.openclickstream.quickstart.recompute;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares one dataset, as multisets of rows, in both directions.
 *
 * @param dataset folder below both lakes
 * @param key columns that identify a row
 * @param isCompared in SQL, which rows count: those that were final, or covered; the row is called {@code held}
 * @param ignored columns that may differ
 */
record DatasetComparison(String dataset, List<String> key, String isCompared, Set<String> ignored) {

    /**
     * Compares.
     *
     * @param maxShown how many differences are told one by one
     */
    DatasetResult run(LakeReader reader, Path lake, Path recomputed, int maxShown) throws IOException {
        boolean inLake = LakeReader.has(lake, dataset);
        boolean inRecomputed = LakeReader.has(recomputed, dataset);
        if (!inLake && !inRecomputed) {
            return new DatasetResult(dataset, 0, 0, 0, 0, 0, List.of());
        }
        String lakeRows = "SELECT * FROM " + reader.table(inLake ? lake : recomputed, dataset);
        String recomputedRows = "SELECT * FROM " + reader.table(inRecomputed ? recomputed : lake, dataset);
        Map<String, String> types = reader.columns(lakeRows);
        Map<String, String> recomputedTypes = reader.columns(recomputedRows);
        Set<String> columns = new LinkedHashSet<>(types.keySet());
        columns.addAll(recomputedTypes.keySet());
        columns.removeAll(ignored);
        columns.remove(LakeReader.FILE);
        load(reader, "lake", lakeRows, inLake, columns, types);
        load(reader, "recomputed", recomputedRows, inRecomputed, columns, recomputedTypes);
        pair(reader, columns);

        List<@Nullable String> counts = reader.rows("""
                SELECT count(*) FILTER (in_lake AND in_recomputed), count(*) FILTER (in_lake AND NOT in_recomputed),
                    count(*) FILTER (NOT in_lake AND in_recomputed) FROM pairs""").get(0);
        long different = Long.parseLong(String.valueOf(counts.get(0)));
        long onlyInLake = Long.parseLong(String.valueOf(counts.get(1)));
        long onlyRecomputed = Long.parseLong(String.valueOf(counts.get(2)));
        long compared = reader.number("SELECT count(*) FROM lake WHERE is_compared");
        long notFinal = reader.number(
                "SELECT (SELECT count(*) FROM lake WHERE NOT is_compared) + (SELECT count(*) FROM recomputed WHERE NOT is_compared)");
        return new DatasetResult(
                dataset,
                compared - different - onlyInLake,
                different,
                onlyInLake,
                onlyRecomputed,
                notFinal,
                first(reader, columns, maxShown));
    }

    /** Every value as text: maps cannot be compared otherwise, and texts are what is shown. */
    private void load(
            LakeReader reader,
            String table,
            String rows,
            boolean isThere,
            Set<String> columns,
            Map<String, String> types)
            throws IOException {
        String values = columns.stream()
                .map(column -> (!types.containsKey(column)
                                ? "'(no such column)'"
                                : "BLOB".equals(types.get(column))
                                        ? "hex(held." + LakeReader.name(column) + ")"
                                        : "held." + LakeReader.name(column) + "::VARCHAR")
                        + " AS "
                        + LakeReader.name(column))
                .collect(Collectors.joining(", "));
        reader.run(
                "CREATE OR REPLACE TEMP TABLE %s AS SELECT %s, coalesce(%s, false) AS is_compared FROM (%s) AS held WHERE %s"
                        .formatted(table, values, isCompared, rows, isThere));
    }

    /** What only one side has, put side by side by key. */
    private void pair(LakeReader reader, Set<String> columns) throws IOException {
        String all = columns.stream().map(LakeReader::name).collect(Collectors.joining(", "));
        String keys = key.stream().map(LakeReader::name).collect(Collectors.joining(", "));
        String only =
                "SELECT *, row_number() OVER (PARTITION BY %1$s ORDER BY %2$s) AS nth FROM (SELECT %2$s FROM %3$s WHERE is_compared EXCEPT ALL SELECT %2$s FROM %4$s WHERE is_compared)";
        String sameKey = key.stream()
                .map(column -> "l.%1$s IS NOT DISTINCT FROM r.%1$s".formatted(LakeReader.name(column)))
                .collect(Collectors.joining(" AND "));
        String sides = columns.stream()
                .map(column -> "l.%1$s AS %2$s, r.%1$s AS %3$s"
                        .formatted(
                                LakeReader.name(column),
                                LakeReader.name("l." + column),
                                LakeReader.name("r." + column)))
                .collect(Collectors.joining(", "));
        reader.run(
                "CREATE OR REPLACE TEMP TABLE pairs AS SELECT %s, l.nth IS NOT NULL AS in_lake, r.nth IS NOT NULL AS in_recomputed FROM (%s) AS l FULL JOIN (%s) AS r ON %s AND l.nth = r.nth"
                        .formatted(
                                sides,
                                only.formatted(keys, all, "lake", "recomputed"),
                                only.formatted(keys, all, "recomputed", "lake"),
                                sameKey));
    }

    private List<Difference> first(LakeReader reader, Set<String> columns, int maxShown) throws IOException {
        String order = key.stream()
                .map(column ->
                        "coalesce(%s, %s)".formatted(LakeReader.name("l." + column), LakeReader.name("r." + column)))
                .collect(Collectors.joining(", "));
        List<String> names = List.copyOf(columns);
        List<Difference> first = new ArrayList<>();
        for (List<@Nullable String> row :
                reader.rows("SELECT * FROM pairs ORDER BY %s LIMIT %d".formatted(order, maxShown))) {
            boolean isInLake = Boolean.parseBoolean(row.get(2 * names.size()));
            boolean isRecomputed = Boolean.parseBoolean(row.get(2 * names.size() + 1));
            Map<String, String> keyValues = new LinkedHashMap<>();
            Map<String, String> lakeValues = new LinkedHashMap<>();
            Map<String, String> recomputedValues = new LinkedHashMap<>();
            for (int i = 0; i < names.size(); i++) {
                String inLake = String.valueOf(row.get(2 * i));
                String inRecomputed = String.valueOf(row.get(2 * i + 1));
                if (key.contains(names.get(i))) {
                    keyValues.put(names.get(i), isInLake ? inLake : inRecomputed);
                } else if (!isInLake || !isRecomputed || !inLake.equals(inRecomputed)) {
                    lakeValues.put(names.get(i), inLake);
                    recomputedValues.put(names.get(i), inRecomputed);
                }
            }
            first.add(new Difference(
                    dataset, keyValues, isInLake ? lakeValues : null, isRecomputed ? recomputedValues : null));
        }
        return first;
    }
}
