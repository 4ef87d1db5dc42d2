package io.openclickstream.load.operator;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.sidebyside.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One JVM that runs one operator over the same clicks twice, to warm up and to be measured. Prints what it saw as one
 * line of JSON. Arguments: contestant, backend, file of clicks, how many there are.
 */
final class SessionOperatorProcess {
    private SessionOperatorProcess() {}

    public static void main(String[] args) throws Exception {
        System.out.println(new JsonMapper().writeValueAsString(run(List.of(args))));
        System.exit(0);
    }

    /** What {@link SessionOperatorRun} reads. */
    static Map<String, Object> run(List<String> args) throws Exception {
        Contestant contestant = Contestant.valueOf(args.get(0));
        String backend = args.get(1);
        RecordedClicks feed = new RecordedClicks(args.get(2));
        long clicks = Long.parseLong(args.get(3));
        FeedSource source = new FeedSource(feed, 0, clicks, List.of());
        Path checkpoints = Files.createTempDirectory("session-operator");
        try (OperatorCluster cluster = OperatorCluster.start(backend, checkpoints, true)) {
            cluster.runToTheEnd(contestant, source);
            System.gc();
            Stopwatch used = cluster.runToTheEnd(contestant, source);
            Map<String, Object> seen = new LinkedHashMap<>();
            seen.put("contestant", contestant.name());
            seen.put("backend", backend);
            seen.put("thread_cpu_seconds", used.threadNanos() / 1e9);
            seen.put("process_cpu_seconds", used.processNanos() / 1e9);
            seen.put("wall_seconds", used.wallNanos() / 1e9);
            seen.put("sessions", Digest.of(FinalSessionsSink.SESSIONS).toString());
            seen.put("facts", Digest.of(FinalSessionsSink.FACTS).toString());
            seen.put("vertices", cluster.vertices());
            return seen;
        } finally {
            Files.deleteIfExists(checkpoints);
        }
    }
}
