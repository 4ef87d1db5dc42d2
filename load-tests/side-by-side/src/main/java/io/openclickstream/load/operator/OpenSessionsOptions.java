package io.openclickstream.load.operator;

import io.openclickstream.options.Program;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of the benchmark of many open sessions. */
@Command(
        sortOptions = false,
        description = {
            "Keeps more and more sessions open in our session operator, and measures what a click costs, how large a",
            "checkpoint is, and how long checkpoint and restore take.",
            ""
        })
public interface OpenSessionsOptions extends ManySessionsOptions {
    /** The benchmark with its options and their checks. */
    Program<OpenSessionsOptions> PROGRAM =
            new Program<>("the open-sessions benchmark", OpenSessionsOptions.class, ManySessionsOptions::check);

    @Option(
            names = "--clicks",
            paramLabel = "NUMBER",
            defaultValue = "2000000",
            description = "How many clicks are measured once the sessions are open. Default: ${DEFAULT-VALUE}")
    @Override
    long clicks();

    @Option(
            names = "--backends",
            paramLabel = "BACKEND,...",
            split = ",",
            defaultValue = "hashmap,rocksdb",
            description = "State backends, as Flink calls them. Default: ${DEFAULT-VALUE}")
    @Override
    List<String> backends();

    @Option(
            names = "--snapshot-compression",
            paramLabel = "true|false",
            arity = "1",
            defaultValue = "true",
            description = "Whether checkpoints are compressed where the backend does not do so itself."
                    + " Default: ${DEFAULT-VALUE}")
    boolean snapshotCompression();

    @Option(
            names = "--report.dir",
            paramLabel = "FOLDER",
            defaultValue = "target/open-sessions",
            description = "Where the raw output is kept. Default: ${DEFAULT-VALUE}")
    Path reportDir();
}
