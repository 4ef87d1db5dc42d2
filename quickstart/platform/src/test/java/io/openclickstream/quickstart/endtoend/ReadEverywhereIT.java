package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.quickstart.platform.FlinkRest.StopMode;
import io.openclickstream.quickstart.platform.Ledger;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * One lake, written by the whole platform in several epochs, and read by every engine with the code that the
 * documentation shows: each must find every row of every dataset, and all the same values.
 */
class ReadEverywhereIT {
    private static final Path ROOT = Path.of(System.getProperty("clickstream.root"));
    private static final int EPOCHS = 4;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void everyEngineReadsTheSameRows() throws Exception {
        python(Map.of()).require("pyarrow, polars, duckdb, duckdb_extensions, pyiceberg, pyspark");
        Path spark = ROOT.resolve("quickstart/spark/target/classpath.txt");
        EnginePython.require(Files.exists(spark), spark + " is missing. Run: mvn -DskipTests package");
        try (Platform platform = Platform.start(settings(), notice -> {})) {
            LakeQuestions questions = writeLake(platform);
            Map<String, String> environment = environment(platform);
            environment.put("SPARK_JARS", Files.readString(spark).strip().replace(':', ','));
            EnginePython python = python(environment);
            LakeReading reference = python.read("pyarrow", questions);
            reference.assertIsThatOf(reference, questions);
            for (String engine :
                    List.of("polars-files", "polars", "duckdb-files", "duckdb", "pyiceberg", "epochs", "spark")) {
                python.read(engine, questions).assertIsThatOf(reference, questions);
            }
        }
    }

    /** Trino wants a catalog that is asked; only in the profile that has a Trino. */
    @Test
    @EnabledIfSystemProperty(named = "clickstream.trino", matches = ".+", disabledReason = "run mvn -Pengines verify")
    void trinoReadsTheSameRowsFromACatalogInADatabase() throws Exception {
        EnginePython before = python(Map.of());
        before.require("pyarrow, pyiceberg, sqlalchemy, trino");
        Path java = before.java25();
        Path catalog = folder.resolve("catalog.db");
        PlatformSettings settings = settings().withPipelineOption("lake.catalog", "jdbc:sqlite:" + catalog);
        try (Platform platform = Platform.start(settings, notice -> {})) {
            LakeQuestions questions = writeLake(platform);
            Map<String, String> environment = environment(platform);
            environment.put("CLICKSTREAM_CATALOG_DRIVER", "org.sqlite.JDBC");
            environment.put("CLICKSTREAM_CATALOG_URL", "jdbc:sqlite:" + catalog);
            LakeReading reference = python(environment).read("pyarrow", questions);
            python(environment)
                    .read("pyiceberg-catalog", questions, "sqlite:///" + catalog)
                    .assertIsThatOf(reference, questions);
            try (TrinoServer trino = TrinoServer.start(
                    java,
                    Path.of(System.getProperty("clickstream.trino")),
                    ROOT.resolve("docs/lake/trino-catalog.properties"),
                    folder.resolve("trino"),
                    environment)) {
                environment.put("TRINO_ADDRESS", trino.address());
                EnginePython python = python(environment);
                python.read("trino", questions).assertIsThatOf(reference, questions);
                assertThat(trino.cachedBytes())
                        .as("bytes in Trino's file cache")
                        .isPositive();
            }
        }
    }

    private PlatformSettings settings() {
        return PlatformSettings.of(ROOT, folder.resolve("data"), Ports.free())
                .withCheckpointInterval(Duration.ofSeconds(1))
                // The last watermark of a drain goes unheard while every partition is idle, and then no session ends.
                .withPipelineOption("watermark.idle-timeout", "366d");
    }

    /** Lets the job write in several epochs, and ends it; every dataset then has rows, as many as the ledger says. */
    private static LakeQuestions writeLake(Platform platform) throws Exception {
        Workload workload = new Workload(20_261_126);
        List<Input> clicks = new ArrayList<>(FullClicks.at(Workload.LAST_ON_TIME.minus(Duration.ofHours(5))));
        clicks.addAll(workload.onTime());
        RunProgress progress = new RunProgress(platform);
        try (Sender sender = new Sender(platform)) {
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                int end = clicks.size() * (epoch + 1) / EPOCHS;
                sender.send(clicks.subList(clicks.size() * epoch / EPOCHS, end));
                progress.awaitReceived(end);
            }
            progress.awaitWatermarkOf(Workload.LAST_ON_TIME);
            List<Input> refused = workload.lateBrokenAndGood();
            sender.send(refused);
            Ledger ledger = progress.awaitReceived(clicks.size() + refused.size());
            platform.stopJob(StopMode.DRAIN, RunProgress.PATIENCE);
            LakeQuestions questions = LakeQuestions.of(platform.lakeFolder());
            assertThat(questions.rows("clicks")).isEqualTo(ledger.accepted()).isPositive();
            assertThat(questions.rows("rejected"))
                    .isEqualTo(ledger.late() + ledger.malformed() + ledger.future() + ledger.filtered())
                    .isPositive();
            assertThat(questions.rows("ledger")).isGreaterThanOrEqualTo(EPOCHS);
            assertThat(questions.ofDatasets().keySet())
                    .contains("sessions", "metrics/page_metrics", "metrics/revenue", "metrics/active_users");
            return questions;
        }
    }

    private EnginePython python(Map<String, String> environment) {
        return new EnginePython(ROOT, folder, environment);
    }

    /** What the snippets ask for. */
    private static Map<String, String> environment(Platform platform) throws IOException {
        Properties keys = new Properties();
        try (Reader reader = Files.newBufferedReader(platform.dataFolder().resolve("s3.credentials"))) {
            keys.load(reader);
        }
        return new HashMap<>(Map.of(
                "CLICKSTREAM_LAKE", "s3://clickstream/lake",
                "AWS_ENDPOINT_URL", platform.addresses().s3().toString(),
                "AWS_REGION", "us-east-1",
                "AWS_ACCESS_KEY_ID", keys.getProperty("access-key"),
                "AWS_SECRET_ACCESS_KEY", keys.getProperty("secret-key"),
                "JAVA_HOME", System.getProperty("java.home")));
    }
}
