package io.openclickstream.quickstart.flink;

import io.openclickstream.options.OptionsException;
import io.openclickstream.pipeline.PipelineOptions;
import io.openclickstream.pipeline.Recomputation;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flink and a recomputation in this process, to its end: 0 done, 1 failed, 2 an option is wrong.
 *
 * <p>Arguments are this program's options, then {@code --}, then the pipeline's. Standard error is for the person who
 * asked; the log goes to standard output.
 */
public final class LocalRecompute {
    private static final Logger log = LoggerFactory.getLogger(LocalRecompute.class);
    private static final String PIPELINE_OPTIONS_FOLLOW = "--";

    private LocalRecompute() {}

    /** Recomputes and ends. */
    public static void main(String[] args) throws Exception {
        List<String> all = List.of(args);
        int split = all.indexOf(PIPELINE_OPTIONS_FOLLOW);
        List<String> own = split < 0 ? all : all.subList(0, split);
        List<String> pipelines = split < 0 ? List.of() : all.subList(split + 1, all.size());
        int exitCode = LocalRecomputeOptions.PROGRAM.run(
                own.toArray(String[]::new), System.getenv(), options -> start(options, pipelines));
        // Threads of a cluster that did not close must not keep the process alive.
        Runtime.getRuntime().halt(exitCode);
    }

    private static int start(LocalRecomputeOptions options, List<String> pipelineArguments) {
        try {
            PipelineOptions pipeline = PipelineOptions.PROGRAM.read(pipelineArguments, System.getenv());
            run(options, pipeline);
            return 0;
        } catch (OptionsException e) {
            System.err.println(e.getMessage());
            return 2;
        } catch (Exception e) { // whatever it is, the person gets one line and the log the rest
            log.error("the recomputation failed", e);
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            System.err.println("The recomputation failed: " + cause);
            return 1;
        }
    }

    private static void run(LocalRecomputeOptions options, PipelineOptions pipeline) throws Exception {
        RecomputePlan plan = RecomputePlan.read(options.target());
        new BoundedFlink(options.dataFolder(), options.parallelism()).run(Recomputation.NAME, env -> {
            if (plan.isFromKafka()) {
                Recomputation.fromKafka(env, pipeline, plan.coverage());
            } else {
                Recomputation.fromLake(env, pipeline, plan.clicksUri(), plan.coverage());
            }
        });
        // Last, so that a folder that has it is whole.
        Path finality = options.target().resolve("finality.properties");
        try (Writer file = Files.newBufferedWriter(finality)) {
            Recomputation.finality(pipeline)
                    .store(file, "After which time in milliseconds rows are final, and their keys");
        }
    }
}
