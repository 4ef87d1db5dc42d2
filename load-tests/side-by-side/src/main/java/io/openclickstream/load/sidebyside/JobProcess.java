package io.openclickstream.load.sidebyside;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.management.OperatingSystemMXBean;
import io.openclickstream.load.sidebyside.Job.Topic;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * One JVM that runs one job twice over the same topic, to warm up and to be measured. Prints what it saw as one line of
 * JSON. Arguments: job, backend, Kafka servers, topic, format, folder.
 */
final class JobProcess {
    static final int PARALLELISM = 2;
    static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(10);

    private JobProcess() {}

    public static void main(String[] args) throws Exception {
        Job job = Job.valueOf(args[0]);
        String backend = args[1];
        Topic topic = new Topic(args[2], args[3], args[4].equals("AVRO"));
        Path folder = Path.of(args[5]);
        run(job, topic, backend, folder.resolve("warm-up"));
        System.gc();

        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long cpu = system.getProcessCpuTime();
        long wall = System.nanoTime();
        List<String> vertices;
        Map<String, Double> threads;
        try (ThreadTimes times = new ThreadTimes()) {
            vertices = run(job, topic, backend, folder.resolve("measured"));
            threads = times.seconds();
        }
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("job", job.key());
        seen.put("backend", backend);
        seen.put("cpu_seconds", (system.getProcessCpuTime() - cpu) / 1e9);
        seen.put("wall_seconds", (System.nanoTime() - wall) / 1e9);
        seen.put("cpu_seconds_by_thread", threads);
        seen.put("vertices", vertices);
        seen.put("outputs", Digest.all());
        System.out.println(new JsonMapper().writeValueAsString(seen));
        System.exit(0);
    }

    private static List<String> run(Job job, Topic topic, String backend, Path folder) throws Exception {
        Digest.reset();
        Configuration settings = new Configuration();
        settings.set(RestOptions.BIND_PORT, "0");
        settings.set(JobManagerOptions.SLOT_REQUEST_TIMEOUT, Duration.ofMinutes(2));
        settings.set(StateBackendOptions.STATE_BACKEND, backend);
        settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(512));
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(128));
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
        settings.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.toUri().toString());
        settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        Vertices env = new Vertices(settings);
        env.setParallelism(PARALLELISM);
        job.run(env, topic);
        return env.shown;
    }

    /** Remembers what the job became: a shuffle that is not there looks twice as fast. */
    private static final class Vertices extends LocalStreamEnvironment {
        private final List<String> shown = new ArrayList<>();

        Vertices(Configuration settings) {
            super(settings);
        }

        @Override
        public org.apache.flink.api.common.JobExecutionResult execute(StreamGraph graph) throws Exception {
            StreamExecutionEnvironment.getExecutionEnvironment();
            graph.getJobGraph()
                    .getVertices()
                    .forEach(vertex -> shown.add(vertex.getParallelism() + " x " + vertex.getName()));
            return super.execute(graph);
        }
    }
}
