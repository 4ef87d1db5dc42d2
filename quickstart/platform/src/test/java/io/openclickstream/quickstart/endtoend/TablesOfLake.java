package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.quickstart.platform.Platform;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

/** The Iceberg tables of a platform's lake, beside its folders. */
record TablesOfLake(Platform platform) {

    /** Every file of a folder is in its table once, with as many rows as it has, and no table has another. */
    void assertAreTheFolders() throws Exception {
        List<String> inTables = new ArrayList<>();
        try (LakeCatalog catalog = LakeCatalog.open(settings())) {
            assertThat(catalog.tables()).contains("clicks", "sessions", "ledger", "rejected", "page_metrics");
            for (String name : catalog.tables()) {
                Table table = catalog.load(name).orElseThrow();
                try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
                    tasks.forEach(task -> inTables.add(
                            line(task.file().location(), task.file().recordCount())));
                }
            }
        }
        assertThat(inTables).isNotEmpty().containsExactlyInAnyOrderElementsOf(inFolders());
    }

    /** One expression over every row of a table, whatever folders its files are in, sorted as texts. */
    List<String> rows(String name, String expression) throws Exception {
        List<String> files = new ArrayList<>();
        try (LakeCatalog catalog = LakeCatalog.open(settings());
                CloseableIterable<FileScanTask> tasks =
                        catalog.load(name).orElseThrow().newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                String place = task.file().location().replaceFirst(".*/lake/", "");
                files.add("'" + platform.lakeFolder().resolve(place) + "'");
            }
        }
        return files.isEmpty()
                ? List.of()
                : ComputedAgain.sql("SELECT %s FROM read_parquet([%s], union_by_name = true) ORDER BY 1"
                        .formatted(expression, String.join(",", files)));
    }

    private List<String> inFolders() throws Exception {
        Path lake = platform.lakeFolder();
        List<String> files = new ArrayList<>();
        try (Stream<Path> walked = Files.walk(lake)) {
            for (Path file :
                    walked.filter(path -> path.toString().endsWith(".parquet")).toList()) {
                String rows = ComputedAgain.sql("SELECT count(*) FROM read_parquet('%s')".formatted(file))
                        .get(0);
                files.add(line(file.toString(), Long.parseLong(rows)));
            }
        }
        return files;
    }

    private static String line(String location, long rows) {
        return "%s: %d rows".formatted(location.replaceFirst(".*/lake/", ""), rows);
    }

    private LakeSettings settings() throws IOException {
        Path data = platform.lakeFolder().resolve("../../..").normalize();
        Properties keys = new Properties();
        try (Reader file = Files.newBufferedReader(data.resolve("s3.credentials"))) {
            keys.load(file);
        }
        return LakeSettings.embedded(
                "s3://clickstream/lake",
                new S3Access(
                        platform.addresses().s3().toString(),
                        null,
                        true,
                        keys.getProperty("access-key"),
                        keys.getProperty("secret-key")));
    }
}
