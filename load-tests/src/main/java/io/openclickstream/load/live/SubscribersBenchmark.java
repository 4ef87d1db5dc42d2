package io.openclickstream.load.live;

import io.grpc.ManagedChannel;
import io.openclickstream.load.benchmark.Schedule;
import io.openclickstream.load.benchmark.TypedCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Measures what thousands of subscribers cost the server: some rows of a table change once a second, on a schedule, and
 * everybody is sent the changes. A subscriber that stalls reads all rows and then asks for nothing more, on connections
 * of its own kind: what waits for it must not hold up others that share its connection.
 */
public final class SubscribersBenchmark {
    static final int STALLED_SHARE = 5;
    static final int HEALTHY_CONNECTIONS = 16;
    static final int STALLED_CONNECTIONS = 8;

    static final int HEALTHY_WINDOW_BYTES = 256 << 10;
    /** So little that what nobody reads waits in the server, which is measured, and not in this process. */
    static final int STALLED_WINDOW_BYTES = 64 << 10;

    static final int JOIN_AT_ONCE = 48;

    private static final Form FORM = Form.PAGES;
    private static final long SPAN_MILLIS = Duration.ofHours(2).toMillis();
    private static final int WARM_UP_DELTAS = 10;
    private static final Duration JOIN_BOUND = Duration.ofMinutes(3);
    private static final Duration LAST_BOUND = Duration.ofSeconds(30);

    private final SubscribersOptions options;
    private final PrintStream out;

    private SubscribersBenchmark(SubscribersOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        System.exit(SubscribersOptions.PROGRAM.run(
                args, System.getenv(), options -> new SubscribersBenchmark(options, System.out)
                        .run(TypedCommand.of(System.getProperties(), SubscribersBenchmark.class, args))));
    }

    private int run(String command) throws Exception {
        SubscribersRun few = measure(options.few(), 0, SubscribersRun.FEW_JVM);
        SubscribersRun many = measure(options.many(), options.many() / STALLED_SHARE, SubscribersRun.MANY_JVM);
        SubscribersReport report = new SubscribersReport(options, few, many);
        report.write(command);
        report.print(out);
        return 0;
    }

    /** What the server is told beside its defaults. */
    static List<String> serverOptions(int subscribers) {
        return List.of(
                "--subscriptions.max=" + subscribers,
                "--quota.streams=" + subscribers,
                "--memory.max=16MiB",
                "--streams.memory-max=16MiB",
                "--put.max-bytes=1MiB");
    }

    private SubscribersRun measure(int subscribers, int stalled, List<String> jvm) throws Exception {
        var code = new ServerProcess.Code(options.serverClassPath(), options.serverJvmOptions());
        int deltas = WARM_UP_DELTAS + (int) options.time().toSeconds();
        Arrivals arrivals = new Arrivals(Form.FIRST_MILLIS, deltas + 1);
        try (BufferAllocator allocator = new RootAllocator();
                ServerProcess server = ServerProcess.start(code, jvm, serverOptions(subscribers), options.reportDir());
                LiveWriter writer = new LiveWriter(
                        server.location(),
                        FORM.table(),
                        UUID.randomUUID().toString(),
                        0,
                        1,
                        1,
                        delta -> arrivals.acknowledged((int) delta, System.nanoTime()),
                        allocator)) {
            try (PutBatch all = PutBatch.of(FORM, 0, options.rows(), SPAN_MILLIS, 1, allocator)) {
                writer.put(all, arrivals.watermark(0));
                writer.awaitAcknowledged();
            }
            server.awaitQuiet();
            long idleBytes = server.use().residentBytes();
            try (Subscribers clients = new Subscribers(
                    server.location().getUri().getHost(),
                    server.location().getUri().getPort(),
                    ticket(server, allocator),
                    arrivals)) {
                long begin = System.nanoTime();
                join(clients, subscribers - stalled, clients.connect(HEALTHY_CONNECTIONS, HEALTHY_WINDOW_BYTES), false);
                join(clients, stalled, clients.connect(STALLED_CONNECTIONS, STALLED_WINDOW_BYTES), true);
                double joinSeconds = (System.nanoTime() - begin) / 1e9;
                out.printf(
                        "%,d subscribers, %,d of them about to stall, joined within %.1f s%n",
                        subscribers, stalled, joinSeconds);
                Samples samples = putDeltas(server, writer, clients, arrivals, deltas, allocator);
                return new SubscribersRun(
                        subscribers, stalled, jvm, idleBytes, joinSeconds, samples, arrivals, clients.healthy());
            }
        }
    }

    private static byte[] ticket(ServerProcess server, BufferAllocator allocator) throws InterruptedException {
        String command = "{\"table\": \"%s\", \"subscribe\": true}"
                .formatted(FORM.table().name());
        try (FlightClient client =
                FlightClient.builder(allocator, server.location()).build()) {
            return client.getInfo(
                            FlightDescriptor.command(command.getBytes(StandardCharsets.UTF_8)),
                            CallOptions.timeout(30, TimeUnit.SECONDS))
                    .getEndpoints()
                    .get(0)
                    .getTicket()
                    .getBytes();
        }
    }

    /** A few at a time, since the server bounds what is on its way. */
    private static void join(Subscribers clients, int count, List<ManagedChannel> connections, boolean stall)
            throws IOException, InterruptedException {
        int before = clients.caughtUp();
        for (int begun = 0; begun < count; ) {
            int more = Math.min(JOIN_AT_ONCE, count - begun);
            clients.add(more, connections, stall);
            begun += more;
            awaitAll(clients, before + begun);
        }
    }

    private static void awaitAll(Subscribers clients, int subscribers) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + JOIN_BOUND.toNanos();
        while (clients.caughtUp() < subscribers) {
            clients.check();
            if (System.nanoTime() > deadline) {
                throw new IOException("Only %d of %d subscribers had all rows within %d s."
                        .formatted(clients.caughtUp(), subscribers, JOIN_BOUND.toSeconds()));
            }
            Thread.sleep(2);
        }
    }

    /** What the server used while the deltas that count were put: CPU time and, once a second, memory. */
    record Samples(double cpuSeconds, double seconds, List<Long> residentBytes) {}

    private Samples putDeltas(
            ServerProcess server,
            LiveWriter writer,
            Subscribers clients,
            Arrivals arrivals,
            int deltas,
            BufferAllocator allocator)
            throws IOException, InterruptedException {
        List<Long> resident = new ArrayList<>();
        Schedule schedule = new Schedule(System.nanoTime() + TimeUnit.SECONDS.toNanos(1), 1);
        ProcessUse before = server.use();
        long begin = System.nanoTime();
        arrivals.measureFrom(WARM_UP_DELTAS + 1);
        for (int delta = 1; delta <= deltas; delta++) {
            Schedule.await(schedule.intendedNanos(delta - 1));
            clients.check();
            if (delta == WARM_UP_DELTAS + 1) {
                before = server.use();
                begin = System.nanoTime();
                resident.clear();
            }
            resident.add(server.use().residentBytes());
            int first = delta * options.deltaRows() % (options.rows() - options.deltaRows() + 1);
            try (PutBatch rows = PutBatch.of(FORM, first, options.deltaRows(), SPAN_MILLIS, 1L + delta, allocator)) {
                arrivals.sent(delta, schedule.intendedNanos(delta - 1));
                writer.put(rows, arrivals.watermark(delta));
            }
        }
        Schedule.await(schedule.intendedNanos(deltas));
        Samples samples = new Samples(
                server.use().cpu().minus(before.cpu()).toNanos() / 1e9, (System.nanoTime() - begin) / 1e9, resident);
        awaitLast(clients, arrivals, (long) clients.healthy() * (deltas - WARM_UP_DELTAS));
        return samples;
    }

    /** Everybody who reads must have every delta in the end, however long it takes. */
    private static void awaitLast(Subscribers clients, Arrivals arrivals, long expected)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LAST_BOUND.toNanos();
        while (arrivals.sinceSent().count() < expected) {
            clients.check();
            if (System.nanoTime() > deadline) {
                throw new IOException("Subscribers have received %d changes, not %d."
                        .formatted(arrivals.sinceSent().count(), expected));
            }
            Thread.sleep(20);
        }
    }
}
