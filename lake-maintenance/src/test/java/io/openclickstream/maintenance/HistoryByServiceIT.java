package io.openclickstream.maintenance;

import static io.openclickstream.maintenance.TestLake.LINEAGE;
import static io.openclickstream.maintenance.TestLake.SESSIONS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.lake.HistoryPlan;
import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeHistory;
import io.openclickstream.lake.LakeHistory.Served;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.SeamException;
import io.openclickstream.lake.storage.LakeStorage;
import io.openclickstream.lake.storage.S3Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.RestCatalogServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The history of one lake, asked through a service over HTTP that lists its tables and through the lake's own folder: the
 * same rows as of every epoch, and none as of one that compaction has put together with a later one.
 */
class HistoryByServiceIT {
    private static final Path ROOT = Path.of(System.getProperty("clickstream.root"));
    private static final int EPOCHS = 6;
    private static final int GONE = 4; // together in one file, without the snapshot that had them apart
    private static final String NOT_TOLD = "not told";

    @TempDir
    Path folder;

    private TestLake lake;
    private LakeStorage storage;
    private JdbcCatalog listed;
    private RestCatalogServer service;

    @BeforeEach
    void writeLake() throws Exception {
        lake = new TestLake(settings(LakeSettings.EMBEDDED), folder.resolve("local"), SESSIONS);
        long hour = lake.hoursAgo(4);
        for (int epoch = 1; epoch <= EPOCHS; epoch++) {
            if (epoch == GONE + 1) {
                compactAndForget();
            }
            lake.commit(epoch, hour, SESSIONS, lake.session("ada", hour, 10 * epoch), lake.session("bob", hour, epoch));
        }
        serve();
    }

    private void serve() throws Exception {
        LakeSettings settings = settings(LakeSettings.EMBEDDED);
        storage = LakeStorage.of(settings.rootUri(), settings.s3());
        listed = new JdbcCatalog(unused -> storage.io(), null, true);
        listed.initialize(
                "service",
                Map.of(
                        CatalogProperties.URI,
                        "jdbc:sqlite:" + folder.resolve("catalog.db"),
                        CatalogProperties.WAREHOUSE_LOCATION,
                        settings.location("iceberg"),
                        "jdbc.schema-version",
                        "V1"));
        Namespace namespace = Namespace.of("clickstream");
        listed.createNamespace(namespace);
        var asItIs = ((HasTableOperations) lake.load(SESSIONS)).operations().current();
        listed.registerTable(TableIdentifier.of(namespace, "sessions"), asItIs.metadataFileLocation());
        service = new RestCatalogServer(listed);
    }

    private void compactAndForget() throws Exception {
        var care =
                new Care(1 << 20, Duration.ofHours(1), 1, Duration.ofHours(2), Duration.ofDays(7), Duration.ofDays(3));
        new Maintenance(lake.catalog, care, line -> {}).run(lake.start);
        assertThat(lake.locations(SESSIONS)).hasSize(1);
        lake.load(SESSIONS)
                .expireSnapshots()
                .expireOlderThan(Long.MAX_VALUE)
                .retainLast(1)
                .commit();
    }

    @AfterEach
    void close() {
        service.close();
        listed.close();
        storage.close();
        lake.close();
    }

    private LakeSettings settings(String catalog) {
        return new LakeSettings("file:" + folder.resolve("lake"), catalog, Map.of(), S3Access.DEFAULT);
    }

    @Test
    void inJava() throws Exception {
        Map<Integer, String> ofFolder = rows(lake.catalog);
        assertThat(ofFolder).hasSize(EPOCHS).containsEntry(1, NOT_TOLD);
        assertThat(ofFolder.get(EPOCHS)).contains("session-ada-40", "session-bob-6");
        assertThat(ofFolder.get(GONE)).contains("session-ada-40").doesNotContain("session-ada-50");
        try (LakeCatalog ofService = LakeCatalog.open(settings(service.address()))) {
            assertThat(rows(ofService)).isEqualTo(ofFolder);
        }
    }

    private static Map<Integer, String> rows(LakeCatalog catalog) throws Exception {
        LakeHistory history = new LakeHistory(catalog);
        Map<Integer, String> byEpoch = new TreeMap<>();
        for (int epoch = 1; epoch <= EPOCHS; epoch++) {
            byEpoch.put(epoch, rows(catalog, history, epoch));
        }
        return byEpoch;
    }

    private static String rows(LakeCatalog catalog, LakeHistory history, long epoch) throws Exception {
        HistoryPlan plan;
        try {
            plan = history.plan("sessions", new Served(LINEAGE, List.of(epoch)), null, null, null);
        } catch (SeamException e) {
            return NOT_TOLD;
        }
        List<String> rows = new ArrayList<>();
        try (CloseableIterable<Record> all = HistoryRows.of(catalog, plan)) {
            all.forEach(row -> rows.add(row.getField("session_id") + " " + row.getField("start_time") + " "
                    + row.getField("clicks") + " " + row.getField("revenue")));
        }
        assertThat(history.holds(plan)).isTrue();
        return String.join("\n", rows.stream().sorted().toList());
    }

    /** Also the same sessions as in Java. */
    @Test
    void inPython() throws Exception {
        JsonMapper json = new JsonMapper();
        Map<String, Map<Integer, List<String>>> told =
                json.readValue(python(service.address()), new TypeReference<>() {});
        assertThat(told).containsOnlyKeys("folder", "service");
        assertThat(told.get("service")).isEqualTo(told.get("folder"));
        Map<Integer, String> expected = rows(lake.catalog);
        told.get("service").forEach((epoch, rows) -> assertThat(rows.stream().map(row -> row.replaceFirst(" .*", "")))
                .as("as of epoch %d", epoch)
                .containsExactly(expected.get(epoch)
                        .lines()
                        .map(line -> line.replaceFirst(" .*", ""))
                        .toArray(String[]::new)));
        assertThat(told.get("service")).hasSize(EPOCHS);
    }

    /** What the script prints. Skips the test where Python lacks what it needs; on CI that is a failure. */
    private String python(String address) throws Exception {
        Path client = ROOT.resolve("flight-server/clients/python");
        Path answer = folder.resolve("answer.json");
        Path errors = folder.resolve("errors.txt");
        boolean isThere = run(answer, errors, client, "-c", "import pyarrow.flight, pyiceberg") == 0;
        if (!"true".equals(System.getenv("CI"))) {
            Assumptions.assumeTrue(
                    isThere,
                    "python3 lacks pyarrow or pyiceberg. Run: python3 -m venv .venv && .venv/bin/pip install pyarrow pyiceberg");
        }
        Path script = ROOT.resolve("lake-maintenance/src/test/python/history_by_service.py");
        int exitCode = run(
                answer,
                errors,
                client,
                script.toString(),
                folder.resolve("lake").toString(),
                address,
                LINEAGE,
                String.valueOf(EPOCHS));
        assertThat(exitCode).as(Files.readString(errors)).isZero();
        return Files.readString(answer);
    }

    private static int run(Path answer, Path errors, Path client, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(interpreter()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(answer.toFile()).redirectError(errors.toFile());
        builder.environment().put("PYTHONPATH", client.toString());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return -1; // there is no such interpreter
        }
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String interpreter() {
        String given = System.getenv("CLICKSTREAM_PYTHON");
        if (given != null && !given.isBlank()) {
            return given;
        }
        Path inCheckout = ROOT.resolve(".venv/bin/python");
        return Files.isExecutable(inCheckout) ? inCheckout.toString() : "python3";
    }
}
