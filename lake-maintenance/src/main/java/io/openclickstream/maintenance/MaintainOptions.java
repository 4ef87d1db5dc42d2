package io.openclickstream.maintenance;

import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.options.ByteSize;
import io.openclickstream.options.Program;
import io.openclickstream.options.Secret;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Which lake is kept, and how. */
@Command(
        description = {
            "Keeps the lake in shape, beside the running job: puts the small files of hours that are over into large"
                    + " ones, lets old snapshots go, and cleans up what nobody refers to. May be stopped at any time;"
                    + " the next run goes on.",
            ""
        })
public interface MaintainOptions {
    /** Reads and checks the options. */
    Program<MaintainOptions> PROGRAM = new Program<>("maintain", MaintainOptions.class, (options, wrong) -> {
        access(options).check(wrong);
        long target = options.targetSize().bytes();
        wrong.require(target >= 1 << 20 && target <= 1L << 30, "target-size", "must be 1MiB to 1GiB");
        wrong.require(!options.settled().isNegative(), "settled", "must not be negative. Use for example 1h");
        wrong.require(options.keepSnapshots() > 0, "keep-snapshots", "must be positive: readers need one");
        wrong.require(!options.keepFor().isNegative(), "keep-for", "must not be negative. Use for example 2h");
        wrong.require(
                options.orphansOlderThan().compareTo(Duration.ofHours(1)) >= 0,
                "orphans-older-than",
                "must be 1h or more: what is being written has nobody who refers to it yet. Use more than the longest"
                        + " outage, for example 3d");
        wrong.require(
                options.keepEpochFiles().compareTo(options.settled()) >= 0,
                "keep-epoch-files",
                "must not be shorter than --settled: files go once they are compacted. Use for example 7d");
    });

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

    @Option(
            names = "--target-size",
            paramLabel = "SIZE",
            defaultValue = "128MiB",
            description = "About how large compacted files become. Default: ${DEFAULT-VALUE}")
    ByteSize targetSize();

    @Option(
            names = "--settled",
            paramLabel = "DURATION",
            defaultValue = "1h",
            description = "How long an hour must be over before its files are compacted. The job cannot go back to a"
                    + " savepoint that lies within a compacted file. Default: ${DEFAULT-VALUE}")
    Duration settled();

    @Option(
            names = "--keep-snapshots",
            paramLabel = "COUNT",
            defaultValue = "20",
            description = "Snapshots of each table that stay, however old. Default: ${DEFAULT-VALUE}")
    int keepSnapshots();

    @Option(
            names = "--keep-for",
            paramLabel = "DURATION",
            defaultValue = "2h",
            description = "How long a snapshot stays: so far back one can read a table as it was, and so long a query"
                    + " may take. Every epoch makes one, and each makes every commit dearer. Default: ${DEFAULT-VALUE}")
    Duration keepFor();

    @Option(
            names = "--keep-epoch-files",
            paramLabel = "DURATION",
            defaultValue = "7d",
            description = "How long the job's own files stay after their hour, for those who read by folder."
                    + " Default: ${DEFAULT-VALUE}")
    Duration keepEpochFiles();

    @Option(
            names = "--orphans-older-than",
            paramLabel = "DURATION",
            defaultValue = "3d",
            description = "What nobody refers to goes when it is older. Must be longer than the longest outage: a job"
                    + " that comes back commits what it had written before. Default: ${DEFAULT-VALUE}")
    Duration orphansOlderThan();

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    boolean isDryRun();

    /** What the options say of the lake. */
    static LakeAccess access(MaintainOptions options) {
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

    /** What they say of how it is kept. */
    static Care care(MaintainOptions options) {
        return new Care(
                options.targetSize().bytes(),
                options.settled(),
                options.keepSnapshots(),
                options.keepFor(),
                options.keepEpochFiles(),
                options.orphansOlderThan());
    }
}
