package io.openclickstream.quickstart.flink;

import io.openclickstream.options.Program;
import io.openclickstream.options.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the local Flink is started with; the pipeline's own options follow after {@code --}. */
@Command(description = "Runs Flink and the clickstream job in one process. The pipeline's options follow after --.")
interface LocalFlinkOptions {
    Program<LocalFlinkOptions> PROGRAM = new Program<>("the local Flink", LocalFlinkOptions.class, (options, wrong) -> {
        wrong.require(
                options.restPort() > 0 && options.restPort() <= 65_535,
                "flink.rest-port",
                "must be 1 to 65535. Use for example 8081");
        wrong.require(options.parallelism() > 0 && options.parallelism() <= 64, "flink.parallelism", "must be 1 to 64");
        wrong.require(
                options.checkpointInterval().toMillis() >= 100,
                "checkpoint.interval",
                "must be at least 100ms. Use for example 5s");
        wrong.require(!options.secretKey().isBlank(), "s3.secret-key", "must not be blank");
    });

    @Option(names = "--data.dir", paramLabel = "DIR", required = true, description = "Folder for temporary files.")
    Path dataFolder();

    @Option(names = "--flink.rest-port", paramLabel = "PORT", defaultValue = "8081", description = "Flink's web page.")
    int restPort();

    @Option(names = "--flink.parallelism", paramLabel = "N", defaultValue = "2", description = "Subtasks and slots.")
    int parallelism();

    @Nullable
    @Option(
            names = "--flink.setting",
            paramLabel = "NAME=VALUE",
            description = "A setting of Flink, instead of the one that this program makes.")
    Map<String, String> settings();

    @Option(
            names = "--checkpoint.interval",
            paramLabel = "DURATION",
            defaultValue = "5s",
            description = "Time between checkpoints.")
    Duration checkpointInterval();

    @Option(
            names = "--checkpoint.uri",
            paramLabel = "URI",
            defaultValue = "s3://clickstream/checkpoints",
            description = "Where checkpoints go.")
    String checkpointUri();

    @Option(
            names = "--savepoint.uri",
            paramLabel = "URI",
            defaultValue = "s3://clickstream/savepoints",
            description = "Where savepoints go.")
    String savepointUri();

    @Option(
            names = "--s3.endpoint",
            paramLabel = "URI",
            defaultValue = "http://127.0.0.1:19000",
            description = "The object store.")
    String s3Endpoint();

    @Option(names = "--s3.access-key", paramLabel = "KEY", required = true, description = "Who reads and writes.")
    String accessKey();

    @Secret
    @Option(
            names = "--s3.secret-key",
            paramLabel = "KEY",
            required = true,
            description = "The access key's secret; give it in the environment, not on the command line.")
    String secretKey();
}
