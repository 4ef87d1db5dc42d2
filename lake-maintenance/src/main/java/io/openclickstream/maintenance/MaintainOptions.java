package io.openclickstream.maintenance;

import io.openclickstream.options.ByteSize;
import io.openclickstream.options.Program;
import java.time.Duration;
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
public interface MaintainOptions extends LakeOptions {
    /** Reads and checks the options. */
    Program<MaintainOptions> PROGRAM = new Program<>("maintain", MaintainOptions.class, (options, wrong) -> {
        LakeOptions.check(options, wrong);
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

    /** What the options say of how it is kept. */
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
