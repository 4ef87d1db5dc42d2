package io.openclickstream.pipeline.decide.metric;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All metrics of a job.
 *
 * @param metrics in order of their names
 */
public record MetricCatalog(List<Metric> metrics) implements Serializable {
    /** As many metrics a job can have; every one costs a look-up per click. */
    public static final int MAX_METRICS = 64;

    private static final int MAX_SQL_CHARACTERS = 65_536;

    /** Tables that are no metrics. */
    private static final List<String> TAKEN = List.of("clicks", "sessions", "ledger", "rejected", "metrics");

    public MetricCatalog {
        metrics = List.copyOf(metrics);
    }

    /**
     * Reads a catalog.
     *
     * @param files query by file name, such as {@code page_metrics.sql}
     * @throws WrongCatalogException with everything that is wrong in any of the files
     */
    public static MetricCatalog of(Map<String, String> files) throws WrongCatalogException {
        List<String> wrong = new ArrayList<>();
        List<Metric> metrics = new ArrayList<>();
        SqlTables tables = new SqlTables();
        new TreeMap<>(files).forEach((file, text) -> {
            String name = file.replaceFirst("\\.sql$", "");
            if (!name.matches("[a-z][a-z0-9_]{0,62}") || TAKEN.contains(name)) {
                wrong.add("%s: a metric's file is named after it: small letters, digits and _, then .sql; not %s."
                        .formatted(file, TAKEN));
            } else if (text.length() > MAX_SQL_CHARACTERS) {
                wrong.add("%s: is longer than %d characters.".formatted(file, MAX_SQL_CHARACTERS));
            } else {
                MetricSql.Compiled compiled = MetricSql.compile(name, text, tables);
                compiled.mistakes().forEach(mistake -> wrong.add(mistake.in(file)));
                if (compiled.metric() != null) {
                    metrics.add(compiled.metric());
                }
            }
        });
        if (files.size() > MAX_METRICS) {
            wrong.add("there are %d metrics, more than %d.".formatted(files.size(), MAX_METRICS));
        }
        if (!wrong.isEmpty()) {
            throw new WrongCatalogException(wrong);
        }
        return new MetricCatalog(metrics);
    }

    /** The metric of this name; null when there is none (any more). */
    public @Nullable Metric find(String name) {
        for (Metric metric : metrics) {
            if (metric.name().equals(name)) {
                return metric;
            }
        }
        return null;
    }
}
