package io.openclickstream.load.sidebyside;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.management.OperatingSystemMXBean;
import io.openclickstream.load.sidebyside.Job.Topic;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One JVM that runs one job twice over the same topic, to warm up and to be measured. Prints what it saw as one line of
 * JSON. Arguments: job, backend, Kafka servers, topic, format, folder.
 */
final class JobProcess {
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
        return LocalJob.run(env -> job.run(env, topic), backend, folder);
    }
}
