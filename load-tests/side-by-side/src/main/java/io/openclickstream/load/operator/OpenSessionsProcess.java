package io.openclickstream.load.operator;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.sidebyside.Digest;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;

/**
 * One JVM that keeps a number of sessions open. Prints what it saw as one line of JSON. Arguments: {@code MEASURE}, backend,
 * number of open sessions, number of clicks, folder for checkpoints, whether they are compressed; or {@code RESTORE}, the
 * same and a checkpoint.
 */
final class OpenSessionsProcess {
    /** Clicks after a restore, to see whether all goes on as if nothing had been. */
    private static final long CLICKS_AFTER_RESTORE = 20_000;

    private static final SteadySessions WARM_UP = new SteadySessions(2_000);

    /** The compiler is not done sooner, and few sessions would look dearer than they are: they settle with few clicks. */
    private static final int WARM_UP_CLICKS_PER_CLICK = 2;

    private final SteadySessions sessions;
    private final long settled;
    private final long measured;
    private final long last;

    private OpenSessionsProcess(long open, long clicks) {
        sessions = new SteadySessions(open);
        settled = wholeWatermarks(sessions.clicksToSettle());
        measured = settled + wholeWatermarks(clicks);
        last = measured + CLICKS_AFTER_RESTORE;
    }

    public static void main(String[] args) throws Exception {
        System.out.println(new JsonMapper().writeValueAsString(run(List.of(args))));
        System.exit(0);
    }

    /** What {@link OpenSessionsRun} reads. */
    static Map<String, Object> run(List<String> args) throws Exception {
        String backend = args.get(1);
        long open = Long.parseLong(args.get(2));
        long clicks = Long.parseLong(args.get(3));
        try (OperatorCluster cluster =
                OperatorCluster.start(backend, Path.of(args.get(4)), Boolean.parseBoolean(args.get(5)))) {
            OpenSessionsProcess process = new OpenSessionsProcess(open, clicks);
            return switch (args.get(0)) {
                case "MEASURE" -> process.measure(cluster, backend);
                case "RESTORE" -> process.restoreAlone(cluster, args.get(6));
                default -> throw new IllegalArgumentException("There is nothing called " + args.get(0) + " to do.");
            };
        }
    }

    private static long wholeWatermarks(long clicks) {
        return (clicks + FeedReader.WATERMARK_EVERY - 1) / FeedReader.WATERMARK_EVERY * FeedReader.WATERMARK_EVERY;
    }

    /** Lets the sessions be opened, measures some clicks, takes checkpoints before and behind them, restores the second. */
    private Map<String, Object> measure(OperatorCluster cluster, String backend) throws Exception {
        for (Contestant contestant : List.of(Contestant.FRAME, Contestant.CLICKSTREAM)) {
            cluster.runToTheEnd(
                    contestant, new FeedSource(WARM_UP, 0, WARM_UP_CLICKS_PER_CLICK * (measured - settled), List.of()));
        }
        Stopwatch frame = cluster.runToTheEnd(Contestant.FRAME, new FeedSource(sessions, settled, measured, List.of()));
        Digest.reset();

        JobID job = cluster.submit(Contestant.CLICKSTREAM, feed(), null);
        cluster.awaitStop(job, settled);
        CompletedCheckpointStats first = cluster.checkpoint(job);
        Course.letOn(settled).complete(null);
        Stopwatch used = cluster.awaitStop(job, measured).since(Course.starts().get(1));
        CompletedCheckpointStats second = cluster.checkpoint(job);
        cluster.cancel(job);

        SteadySessions.Expected expected = expectedBehind(measured);
        boolean agrees = agree(expected);
        double restoreSeconds = restore(cluster, second.getExternalPath());
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("backend", backend);
        seen.put("open_sessions_wanted", sessions.open());
        seen.put("open_sessions", expected.openSessions());
        seen.put("clicks", measured - settled);
        seen.put("thread_cpu_seconds", used.threadNanos() / 1e9);
        seen.put("process_cpu_seconds", used.processNanos() / 1e9);
        seen.put("wall_seconds", used.wallNanos() / 1e9);
        seen.put("frame_thread_cpu_seconds", frame.threadNanos() / 1e9);
        seen.put("frame_process_cpu_seconds", frame.processNanos() / 1e9);
        seen.put("first_checkpoint", shown(first));
        seen.put("next_checkpoint", shown(second));
        seen.put("restore_seconds", restoreSeconds);
        seen.put("outputs_agree", agrees && agree(expectedBehind(last)));
        seen.put("vertices", cluster.vertices());
        return seen;
    }

    /** Restores what another JVM has left behind. */
    private Map<String, Object> restoreAlone(OperatorCluster cluster, String checkpoint) throws Exception {
        Digest.reset();
        Digest.of(FinalSessionsSink.SESSIONS).addAll(expectedBehind(measured).finals());
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("restore_seconds", restore(cluster, checkpoint));
        seen.put("outputs_agree", agree(expectedBehind(last)));
        return seen;
    }

    /** The time from handing in the job until the operator has taken a click, in seconds. */
    private double restore(OperatorCluster cluster, String checkpoint) throws Exception {
        long begin = System.nanoTime();
        JobID job = cluster.submit(Contestant.CLICKSTREAM, feed(), checkpoint);
        cluster.awaitStop(job, last);
        long firstClick = Objects.requireNonNull(Course.firstClickNanos());
        cluster.cancel(job);
        return (firstClick - begin) / 1e9;
    }

    /** Never ends by itself, for an end would close all sessions. */
    private FeedSource feed() {
        return new FeedSource(sessions, 0, last + 1, List.of(settled, measured, last));
    }

    private SteadySessions.Expected expectedBehind(long clicks) {
        return sessions.expectedBehind(
                clicks, Contestant.GAP.plus(Contestant.ALLOWED_LATENESS).toMillis());
    }

    private static boolean agree(SteadySessions.Expected expected) {
        return Digest.of(FinalSessionsSink.SESSIONS)
                .toString()
                .equals(expected.finals().toString());
    }

    private static Map<String, Object> shown(CompletedCheckpointStats checkpoint) {
        var task = Objects.requireNonNull(checkpoint.getLatestAcknowledgedSubtaskStats());
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("bytes", checkpoint.getStateSize());
        shown.put("written_bytes", checkpoint.getCheckpointedSize());
        shown.put("sync_millis", task.getSyncCheckpointDuration());
        shown.put("async_millis", task.getAsyncCheckpointDuration());
        shown.put("all_millis", checkpoint.getEndToEndDuration());
        shown.put("path", checkpoint.getExternalPath());
        return shown;
    }
}
