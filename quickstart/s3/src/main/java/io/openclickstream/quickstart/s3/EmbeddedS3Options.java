package io.openclickstream.quickstart.s3;

import io.openclickstream.options.Program;
import io.openclickstream.options.Secret;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the embedded object store is started with. */
@Command(description = "Serves the S3 protocol from a folder, for this machine only.")
interface EmbeddedS3Options {
    Program<EmbeddedS3Options> PROGRAM = new Program<>("the embedded S3", EmbeddedS3Options.class, (options, wrong) -> {
        wrong.require(
                options.port() > 0 && options.port() <= 65_535, "s3.port", "must be 1 to 65535. Use for example 19000");
        wrong.require(!options.secretKey().isBlank(), "s3.secret-key", "must not be blank");
        wrong.require(
                options.bucket().matches("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"),
                "s3.bucket",
                "must be 3 to 63 lower-case letters, digits and dashes");
    });

    @Option(names = "--data.dir", paramLabel = "DIR", required = true, description = "Folder; buckets are its folders.")
    Path dataFolder();

    @Option(names = "--s3.port", paramLabel = "PORT", defaultValue = "19000", description = "Port to serve on.")
    int port();

    @Option(
            names = "--s3.bucket",
            paramLabel = "NAME",
            defaultValue = "clickstream",
            description = "Bucket that is made when it isn't there.")
    String bucket();

    @Option(names = "--s3.access-key", paramLabel = "KEY", required = true, description = "Who may read and write.")
    String accessKey();

    @Secret
    @Option(
            names = "--s3.secret-key",
            paramLabel = "KEY",
            required = true,
            description = "The access key's secret; give it in the environment, not on the command line.")
    String secretKey();
}
