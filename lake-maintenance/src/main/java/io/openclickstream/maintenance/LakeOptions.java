package io.openclickstream.maintenance;

import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.options.Mistakes;
import io.openclickstream.options.ObjectStoreOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which lake a program works on. */
public interface LakeOptions extends ObjectStoreOptions {
    @Option(
            names = "--lake.uri",
            paramLabel = "URI",
            defaultValue = "s3://clickstream/lake",
            description = "Where the lake is, as the job has it. Default: ${DEFAULT-VALUE}")
    String lakeUri();

    @Option(
            names = "--lake.catalog",
            paramLabel = "CATALOG",
            defaultValue = LakeSettings.EMBEDDED,
            description = "Who lists its tables, as the job has it. Default: ${DEFAULT-VALUE}")
    String lakeCatalog();

    @Option(
            names = "--lake.catalog-properties",
            paramLabel = "FILE",
            description = "Further properties of that catalog, such as jdbc.user, jdbc.password or token.")
    @Nullable
    Path lakeCatalogProperties();

    /** What the options say of the lake. */
    static LakeAccess access(LakeOptions options) {
        return new LakeAccess(
                options.lakeUri(),
                options.lakeCatalog(),
                options.lakeCatalogProperties(),
                new S3Access(
                        options.s3Endpoint(),
                        options.s3Region(),
                        options.hasS3PathStyle(),
                        options.s3AccessKey(),
                        options.s3SecretKey()));
    }

    /** Reports what cannot be a lake, or reach one. */
    static void check(LakeOptions options, Mistakes wrong) {
        access(options).check(wrong);
        ObjectStoreOptions.check(options, wrong);
    }
}
