package io.openclickstream.quickstart.flink;

import io.openclickstream.options.Program;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a recomputation is started with; the pipeline's own options follow after {@code --}. */
@Command(description = "Recomputes what a lake's clicks make, in one process. The pipeline's options follow after --.")
interface LocalRecomputeOptions {
    Program<LocalRecomputeOptions> PROGRAM =
            new Program<>("the local recomputation", LocalRecomputeOptions.class, (options, wrong) -> {
                wrong.require(
                        options.parallelism() > 0 && options.parallelism() <= 64,
                        "flink.parallelism",
                        "must be 1 to 64");
                wrong.require(
                        options.target().resolve(RecomputePlan.FILE).toFile().canRead(),
                        "target",
                        "holds no readable " + RecomputePlan.FILE + ". ./clickstream recompute writes it");
            });

    @Option(names = "--target", paramLabel = "DIR", required = true, description = "Where the plan is and rows go.")
    Path target();

    @Option(names = "--data.dir", paramLabel = "DIR", required = true, description = "Folder for temporary files.")
    Path dataFolder();

    @Option(names = "--flink.parallelism", paramLabel = "N", defaultValue = "2", description = "Subtasks and slots.")
    int parallelism();
}
