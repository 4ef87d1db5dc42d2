package io.openclickstream.quickstart.flink;

import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.options.Program;
import io.openclickstream.options.Secret;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a backfill is started with; the pipeline's own options follow after {@code --}. */
@Command(description = "Adds a backfill to a lake, in one process. The pipeline's options follow after --.")
interface LocalBackfillOptions {
    Program<LocalBackfillOptions> PROGRAM =
            new Program<>("./clickstream backfill", LocalBackfillOptions.class, (options, wrong) -> {
                wrong.require(
                        options.lakeUri().matches("(s3a?|file):.+"),
                        "lake.uri",
                        "is not where a lake can be. Write for example s3://clicks/lake or file:/lake");
                wrong.require(
                        options.lakeCatalog().equals(LakeSettings.EMBEDDED)
                                || options.lakeCatalog().matches("jdbc:(sqlite|postgresql):.+|https?://.+"),
                        "lake.catalog",
                        "is none that is known. Use embedded, jdbc:postgresql://HOST/DATABASE, jdbc:sqlite:FILE or"
                                + " https://HOST/PATH");
                wrong.require(
                        (options.s3AccessKey() == null) == (options.s3SecretKey() == null),
                        "s3.access-key",
                        "goes with s3.secret-key. Give both, or none to have them found as Amazon's own tools do");
            });

    @Option(names = "--plan", paramLabel = "DIR", required = true, description = "Where the plan and the records are.")
    Path plan();

    @Option(names = "--data.dir", paramLabel = "DIR", required = true, description = "Folder for temporary files.")
    Path dataFolder();

    @Option(names = "--flink.parallelism", paramLabel = "N", defaultValue = "2", description = "Subtasks and slots.")
    int parallelism();

    @Option(names = "--dry-run", description = "Only say what would be done.")
    boolean isDryRun();

    @Option(names = "--withdraw", description = "Take it out of the lake.")
    boolean isWithdrawn();

    @Option(names = "--lake.uri", paramLabel = "URI", required = true, description = "The job's lake.")
    String lakeUri();

    @Option(
            names = "--lake.catalog",
            paramLabel = "CATALOG",
            defaultValue = LakeSettings.EMBEDDED,
            description = "Who lists its tables, as the job has it.")
    String lakeCatalog();

    @Nullable
    @Option(
            names = "--lake.catalog-properties",
            paramLabel = "FILE",
            description = "Further properties of that catalog.")
    Path lakeCatalogProperties();

    @Nullable
    @Option(names = "--s3.endpoint", paramLabel = "URL", description = "Of a store that is not Amazon's.")
    String s3Endpoint();

    @Nullable
    @Option(names = "--s3.region", paramLabel = "REGION", description = "Of the object store.")
    String s3Region();

    @Option(names = "--s3.path-style-access", description = "The bucket stands in the path and not in the host's name.")
    boolean hasS3PathStyle();

    @Nullable
    @Option(names = "--s3.access-key", paramLabel = "KEY", description = "Who reads and writes.")
    String s3AccessKey();

    @Nullable
    @Secret
    @Option(
            names = "--s3.secret-key",
            paramLabel = "KEY",
            description = "The access key's secret; give it in the environment, not on the command line.")
    String s3SecretKey();

    /** The job's lake. */
    static LakeSettings lake(LocalBackfillOptions options) throws IOException {
        Map<String, String> properties = new HashMap<>();
        Path file = options.lakeCatalogProperties();
        if (file != null) {
            try (Reader reader = Files.newBufferedReader(file)) {
                Properties all = new Properties();
                all.load(reader);
                all.stringPropertyNames().forEach(name -> properties.put(name, all.getProperty(name)));
            }
        }
        return new LakeSettings(
                options.lakeUri(),
                options.lakeCatalog(),
                properties,
                new S3Access(
                        options.s3Endpoint(),
                        options.s3Region(),
                        options.hasS3PathStyle(),
                        options.s3AccessKey(),
                        options.s3SecretKey()));
    }
}
