package io.openclickstream.load.wholejob;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.operator.SteadySessions;
import io.openclickstream.load.operator.Stopwatch;
import io.openclickstream.load.sidebyside.ClickstreamWork;
import io.openclickstream.load.sidebyside.Digest;
import io.openclickstream.load.sidebyside.LocalJob;
import io.openclickstream.load.sidebyside.ThreadTimes;
import io.openclickstream.load.wholejob.Passage.Moment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One JVM that runs our job once over a topic of {@link SteadySessions}, and measures a stretch of it. Prints what it saw as
 * one line of JSON. Arguments: backend, Kafka servers, topic, number of open sessions, clicks when measuring begins, clicks
 * when it ends, clicks in the topic, folder for checkpoints.
 */
final class JobOpenSessionsProcess {
    private static final long LONGEST_STEP_MINUTES = 50;

    /** Clicks of a window, whatever the number of sessions: 1,000,000 of them make as many in a minute. */
    static final long CLICKS_PER_WINDOW = 80_000;

    /**
     * A partition is read ahead of the others by as much as one answer of Kafka holds, and what it is ahead by is open
     * besides. With few sessions the usual MiB would be more than all of them.
     */
    private static final int MAX_FETCH_BYTES_PER_PARTITION = 64 << 10;

    private final String backend;
    private final String servers;
    private final String topic;
    private final SteadySessions sessions;
    private final Stretch stretch;
    private final Path checkpoints;

    private JobOpenSessionsProcess(List<String> args) {
        backend = args.get(0);
        servers = args.get(1);
        topic = args.get(2);
        sessions = new SteadySessions(Long.parseLong(args.get(3)));
        stretch = new Stretch(Long.parseLong(args.get(4)), Long.parseLong(args.get(5)), Long.parseLong(args.get(6)));
        checkpoints = Path.of(args.get(7));
    }

    public static void main(String[] args) throws Exception {
        System.out.println(new JsonMapper().writeValueAsString(run(List.of(args))));
        System.exit(0);
    }

    /** What {@link JobOpenSessionsRun} reads. */
    static Map<String, Object> run(List<String> args) throws Exception {
        return new JobOpenSessionsProcess(args).measure();
    }

    /**
     * How long the metrics' windows are: with a hundred times the sessions a minute has a hundred times the clicks, more of
     * them share a row of a metric, and fewer rows are handed on for a click. So that the work for a click is the same,
     * every window has as many clicks; whole seconds, at most a day.
     */
    static Duration window(SteadySessions sessions) {
        Duration whole = sessions.timeOf(CLICKS_PER_WINDOW).truncatedTo(ChronoUnit.SECONDS);
        Duration atLeast = whole.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : whole;
        return atLeast.compareTo(Duration.ofDays(1)) > 0 ? Duration.ofDays(1) : atLeast;
    }

    private Map<String, Object> measure() throws Exception {
        Digest.reset();
        LedgerProbe.reset();
        Passage.reset(stretch.begin(), stretch.end());
        CompletableFuture<List<String>> job = start();
        Moment begin = await(Passage.begun(), job);
        Moment end;
        Map<String, Double> threads;
        try (ThreadTimes times = new ThreadTimes()) {
            end = await(Passage.ended(), job);
            threads = times.seconds();
        }
        List<String> vertices = job.get(LONGEST_STEP_MINUTES, TimeUnit.MINUTES);

        Stopwatch used = end.used().since(begin.used());
        String finals = Digest.of(ClickstreamWork.SESSIONS).toString();
        String expected = sessions.expectedAtEnd(stretch.clicks()).finals().toString();
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("backend", backend);
        seen.put("open_sessions_wanted", sessions.open());
        seen.put("open_sessions_at_begin", openAt(begin));
        seen.put("open_sessions_at_end", openAt(end));
        seen.put("window_seconds", window(sessions).toSeconds());
        seen.put("clicks_before", begin.accepted());
        seen.put("clicks", end.accepted() - begin.accepted());
        seen.put("process_cpu_seconds", used.processNanos() / 1e9);
        seen.put("wall_seconds", used.wallNanos() / 1e9);
        seen.put("cpu_seconds_by_thread", threads);
        seen.put("checkpoints", (end.barriers() - begin.barriers()) / (double) LocalJob.PARALLELISM);
        seen.put("clicks_sent", stretch.clicks());
        seen.put("clicks_received", LedgerProbe.received());
        seen.put("clicks_accepted", LedgerProbe.accepted());
        seen.put("final_sessions", finals);
        seen.put("final_sessions_expected", expected);
        seen.put("vertices", vertices);
        return seen;
    }

    /** What has begun and is not final. A session begins with every fourth click, give or take those in disorder. */
    private long openAt(Moment moment) {
        return sessions.usersBehind(moment.accepted()) - moment.finalSessions();
    }

    /** Runs the job beside this thread. */
    private CompletableFuture<List<String>> start() {
        CompletableFuture<List<String>> ended = new CompletableFuture<>();
        Thread running = new Thread(
                () -> {
                    try {
                        ended.complete(LocalJob.run(
                                env -> ClickstreamWork.run(env, servers, topic, variation()), backend, checkpoints));
                    } catch (Exception e) {
                        ended.completeExceptionally(e);
                    }
                },
                "job");
        running.setDaemon(true);
        running.start();
        return ended;
    }

    private ClickstreamWork.Variation variation() throws IOException {
        Path kafkaProperties = Files.createTempFile("kafka", ".properties");
        kafkaProperties.toFile().deleteOnExit();
        Files.writeString(kafkaProperties, "max.partition.fetch.bytes=" + MAX_FETCH_BYTES_PER_PARTITION + "\n");
        return new ClickstreamWork.Variation(
                window(sessions), List.of("--kafka.properties=" + kafkaProperties), results -> {
                    results.clicks()
                            .sinkTo(new AcceptedProbe())
                            .uid("count-accepted")
                            .name("count-accepted");
                    results.ledger()
                            .sinkTo(new LedgerProbe())
                            .uid("add-up-ledger")
                            .name("add-up-ledger");
                });
    }

    private static Moment await(CompletableFuture<Moment> moment, CompletableFuture<List<String>> job)
            throws Exception {
        CompletableFuture.anyOf(moment, job).get(LONGEST_STEP_MINUTES, TimeUnit.MINUTES);
        if (!moment.isDone()) {
            throw new IllegalStateException(
                    "The job has ended after %d accepted clicks, before all were that are to be measured. See the counts in"
                                    .formatted(Passage.accepted())
                            + " its log: were clicks refused?");
        }
        return moment.get();
    }
}
