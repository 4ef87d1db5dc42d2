package io.openclickstream.load.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.benchmark.TypedCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Compares a read with pyarrow from our server to one from a minimal Flight server of pyarrow's own, which is C++ all the
 * way and holds the very batches that ours has sent. Both run the whole time, and are read by turns.
 */
public final class ReadBenchmark {
    static final List<String> SERVER_JVM = List.of("-Xmx1g", "-XX:MaxDirectMemorySize=3g");
    static final List<String> SERVER_OPTIONS = List.of("--memory.max=2GiB");
    /** The server runs for days; after four rounds its compiler still took a quarter of the time. */
    static final int WARM_UP_ROUNDS = 30;

    private static final JsonMapper JSON = new JsonMapper();
    private static final int BATCH_ROWS = 10_000;
    private static final int IN_FLIGHT = 4;
    private static final long SPAN_MILLIS = Duration.ofHours(24).toMillis();
    private static final String SCRIPT = "live_read.py";

    private final ReadOptions options;
    private final PrintStream out;

    private ReadBenchmark(ReadOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        System.exit(ReadOptions.PROGRAM.run(args, System.getenv(), options -> new ReadBenchmark(options, System.out)
                .run(TypedCommand.of(System.getProperties(), ReadBenchmark.class, args))));
    }

    private int run(String command) throws Exception {
        PythonProcess.require(options.python());
        var code = new ServerProcess.Code(options.serverClassPath(), options.serverJvmOptions());
        try (ServerProcess ours = ServerProcess.start(code, SERVER_JVM, SERVER_OPTIONS, options.reportDir())) {
            long began = System.nanoTime();
            long bytes = fill(ours);
            out.printf("put %,d rows in %.1f s%n", options.rows(), (System.nanoTime() - began) / 1e9);
            ours.awaitQuiet();
            String uri = ours.location().getUri().toString().replace("grpc+tcp", "grpc");
            try (PythonProcess theirs =
                            python("pyarrow-server", "serve-flight", uri, JSON.writeValueAsString(whole()));
                    PythonProcess plain = python("byte-server", "serve-bytes", Long.toString(bytes))) {
                Map<String, Object> plan = new LinkedHashMap<>();
                plan.put("ours", uri);
                plan.put("theirs", "grpc://127.0.0.1:" + theirs.line());
                plan.put("warm_up", WARM_UP_ROUNDS);
                plan.put("rounds", options.rounds());
                plan.put("reads", reads(ours, theirs, plain.line(), bytes));
                List<JsonNode> seen = new ArrayList<>();
                try (PythonProcess reader = python("reader", "read", JSON.writeValueAsString(plan))) {
                    for (String line : reader.linesToItsEnd()) {
                        seen.add(JSON.readTree(line));
                    }
                }
                ReadReport report = new ReadReport(options, seen);
                report.write(command);
                report.print(out);
                return report.outputsAgree() ? 0 : 1;
            }
        }
    }

    private PythonProcess python(String name, String... arguments) throws IOException {
        return PythonProcess.start(options.python(), SCRIPT, options.reportDir(), name, List.of(arguments));
    }

    /** Puts and commits the table, and returns what its values take on the wire. */
    private long fill(ServerProcess server) throws IOException, InterruptedException {
        long bytes = 0;
        try (BufferAllocator allocator = new RootAllocator();
                LiveWriter writer = new LiveWriter(
                        server.location(),
                        Form.SESSIONS.table(),
                        UUID.randomUUID().toString(),
                        0,
                        1,
                        IN_FLIGHT,
                        sequence -> {},
                        allocator)) {
            for (int first = 0; first < options.rows(); first += BATCH_ROWS) {
                int rows = Math.min(BATCH_ROWS, options.rows() - first);
                try (PutBatch batch = PutBatch.of(Form.SESSIONS, first, rows, SPAN_MILLIS, 1, allocator)) {
                    writer.put(batch, Form.FIRST_MILLIS);
                    bytes += batch.bytes();
                }
            }
            writer.awaitAcknowledged();
            writer.commit(1, List.of(writer.endEpoch()));
        }
        return bytes;
    }

    private static Map<String, Object> whole() {
        return Map.of("table", Form.SESSIONS.table().name());
    }

    private static List<List<Object>> reads(ServerProcess ours, PythonProcess theirs, String port, long bytes) {
        Map<String, Object> committed = new LinkedHashMap<>(whole());
        committed.put("view", "committed");
        Map<String, Object> filtered = new LinkedHashMap<>(whole());
        filtered.put("where", Map.of("is_final", true));
        return List.of(
                List.of(ReadReport.OURS, Map.of("command", whole(), "pid", ours.pid())),
                List.of(ReadReport.THEIRS, Map.of("pid", theirs.pid())),
                List.of(ReadReport.COMMITTED, Map.of("command", committed, "pid", ours.pid())),
                List.of(ReadReport.FILTERED, Map.of("command", filtered, "pid", ours.pid())),
                List.of(ReadReport.PLAIN_TCP, Map.of("port", Integer.parseInt(port), "bytes", bytes)));
    }
}
