package io.openclickstream.options;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How an object store is reached, the same for every program that reaches one. */
public interface ObjectStoreOptions {
    @Option(
            names = "--s3.endpoint",
            paramLabel = "URL",
            description = "Of an object store that is not Amazon's, such as http://localhost:19000.")
    @Nullable
    String s3Endpoint();

    @Option(names = "--s3.region", paramLabel = "REGION", description = "Of the object store.")
    @Nullable
    String s3Region();

    @Option(
            names = "--s3.path-style-access",
            description = "The bucket stands in the path and not in the host's name, as most stores besides Amazon's"
                    + " want it.")
    boolean hasS3PathStyle();

    @Option(
            names = "--s3.access-key",
            paramLabel = "KEY",
            description = "Without one, it is found as Amazon's own tools do.")
    @Nullable
    String s3AccessKey();

    @Secret
    @Option(
            names = "--s3.secret-key",
            paramLabel = "KEY",
            description = "The access key's secret; give it in the environment, not on the command line.")
    @Nullable
    String s3SecretKey();

    /** Reports a key without its other half. */
    static void check(ObjectStoreOptions options, Mistakes wrong) {
        wrong.require(
                (options.s3AccessKey() == null) == (options.s3SecretKey() == null),
                "s3.access-key",
                "goes with s3.secret-key. Give both, or none to have them found as Amazon's own tools do");
    }
}
