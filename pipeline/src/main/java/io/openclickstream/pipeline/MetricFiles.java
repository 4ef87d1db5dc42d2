package io.openclickstream.pipeline;

import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.metric.WrongCatalogException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a catalog of metrics from a folder, or the one in the job's jar. */
final class MetricFiles {
    /** A jar cannot be listed. */
    static final List<String> SHIPPED = List.of(
            "active_users",
            "active_users_daily",
            "campaigns",
            "conversions",
            "country_device",
            "entry_pages",
            "exit_pages",
            "page_metrics",
            "revenue",
            "session_quality");

    private MetricFiles() {}

    /**
     * The metrics to compute.
     *
     * @param folder whose files ending in {@code .sql} are the metrics; null for the shipped catalog
     * @throws IOException when the folder cannot be read
     * @throws WrongCatalogException with everything that is wrong in the files
     */
    static MetricCatalog read(@Nullable Path folder) throws IOException, WrongCatalogException {
        Map<String, String> files = new LinkedHashMap<>();
        if (folder == null) {
            for (String name : SHIPPED) {
                files.put(name + ".sql", shipped(name));
            }
        } else {
            try (Stream<Path> paths = Files.list(folder)) {
                for (Path path : paths.filter(file -> file.toString().endsWith(".sql"))
                        .sorted()
                        .toList()) {
                    files.put(String.valueOf(path.getFileName()), Files.readString(path));
                }
            }
        }
        return MetricCatalog.of(files);
    }

    private static String shipped(String name) throws IOException {
        try (InputStream file = MetricFiles.class.getResourceAsStream("metrics/" + name + ".sql")) {
            if (file == null) {
                throw new IOException("The metric " + name + " is missing from the job's jar.");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
