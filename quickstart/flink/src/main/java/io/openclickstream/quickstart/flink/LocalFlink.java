package io.openclickstream.quickstart.flink;

import io.openclickstream.options.OptionsException;
import io.openclickstream.pipeline.ClickstreamJob;
import io.openclickstream.pipeline.PipelineOptions;
import io.openclickstream.quickstart.flink.JobEnd.NoTaskManagerException;
import io.openclickstream.quickstart.flink.RestorePoints.RestorePoint;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.plugin.PluginManager;
import org.apache.flink.core.plugin.PluginUtils;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flink and the clickstream job in this process, with Flink's web page. The job continues from the newest completed
 * checkpoint or savepoint of the same folder, and starts anew where there is none.
 *
 * <p>Arguments are this program's options, then {@code --}, then the pipeline's. After the job was stopped the web page
 * stays until the process is told to end; when the job failed for good, the process ends with code 1.
 */
public final class LocalFlink {
    private static final Logger log = LoggerFactory.getLogger(LocalFlink.class);
    private static final String PIPELINE_OPTIONS_FOLLOW = "--";
    private static final int KEPT_RESTORE_POINTS = 3;

    private LocalFlink() {}

    /** Starts Flink and the job. */
    public static void main(String[] args) throws Exception {
        List<String> all = List.of(args);
        int split = all.indexOf(PIPELINE_OPTIONS_FOLLOW);
        List<String> own = split < 0 ? all : all.subList(0, split);
        List<String> pipelines = split < 0 ? List.of() : all.subList(split + 1, all.size());
        int exitCode = LocalFlinkOptions.PROGRAM.run(
                own.toArray(String[]::new), System.getenv(), options -> start(options, pipelines));
        // Threads of a cluster that did not close must not keep the process alive.
        Runtime.getRuntime().halt(exitCode);
    }

    private static int start(LocalFlinkOptions options, List<String> pipelineArguments) throws Exception {
        PipelineOptions pipeline;
        try {
            pipeline = PipelineOptions.PROGRAM.read(pipelineArguments, System.getenv());
        } catch (OptionsException e) {
            log.error("{}", e.getMessage());
            return 2;
        }
        try {
            return run(options, pipeline);
        } catch (NoTaskManagerException e) {
            log.error("{}", e.getMessage());
            return 1;
        } catch (Exception e) { // the log is the only place where a child's failure can be read
            log.error("the job cannot run", e);
            return 1;
        }
    }

    private static int run(LocalFlinkOptions options, PipelineOptions pipeline) throws Exception {
        Configuration settings = FlinkSettings.of(options);
        Files.createDirectories(options.dataFolder().resolve("tmp"));
        PluginManager plugins = PluginUtils.createPluginManagerFromRootFolder(settings);
        FileSystem.initialize(settings, plugins);

        MiniClusterConfiguration cluster = new MiniClusterConfiguration.Builder()
                .setConfiguration(settings)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(options.parallelism())
                .setPluginManager(plugins)
                .build();
        try (MiniCluster flink = new MiniCluster(cluster)) {
            flink.start();
            JobGraph job = job(settings, options, pipeline);
            flink.submitJob(job).get();
            JobResult result = JobEnd.await(flink, job.getJobID());
            log.info("the job ended: {}", result.getJobStatus().orElse(null));
            if (!result.isSuccess()) {
                result.getSerializedThrowable().ifPresent(cause -> log.error("the job failed", cause));
                return 1;
            }
            // Whoever stopped the job still wants to read from the web page how it ended.
            new CountDownLatch(1).await();
            return 0;
        }
    }

    private static JobGraph job(Configuration settings, LocalFlinkOptions options, PipelineOptions pipeline)
            throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(settings);
        ClickstreamJob.connect(env, pipeline);
        var graph = env.getStreamGraph();
        graph.setJobName("clickstream");
        JobGraph job = graph.getJobGraph();
        List<RestorePoint> points =
                RestorePoints.newestFirst(new Path(options.checkpointUri()), new Path(options.savepointUri()));
        if (points.isEmpty()) {
            log.info("nothing to restore: the job starts anew");
        } else {
            RestorePoint newest = points.get(0);
            log.info("restoring checkpoint {} from {}", newest.checkpointId(), newest.path());
            job.setSavepointRestoreSettings(
                    SavepointRestoreSettings.forPath(newest.path().toString(), false, RecoveryClaimMode.CLAIM));
            points.stream().skip(KEPT_RESTORE_POINTS).forEach(RestorePoints::delete);
        }
        return job;
    }
}
