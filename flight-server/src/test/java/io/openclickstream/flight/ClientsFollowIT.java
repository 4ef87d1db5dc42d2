package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.flight.table.Clicks;
import io.openclickstream.schemas.live.WriterOpening;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Unmodified clients follow a table of the real server through puts, deletes, commits, a roll-back and a kill -9, each
 * with its own means, and have exactly its rows whenever it rests.
 *
 * <p>Both sides write a row as {@code key@milliseconds=value} and compare the SHA-256 of all, sorted.
 */
@Timeout(600)
class ClientsFollowIT {
    private static final String PYTHON_DIGESTS = """
            import hashlib, json, sys
            import pyarrow as pa
            import clickstream_flight as cf

            def digest(table):
                time = table["time"].cast(pa.int64()).to_pylist()
                rows = zip(table["key"].to_pylist(), time, table["value"].to_pylist())
                lines = sorted(f"{key}@{time}={'null' if value is None else value}" for key, time, value in rows)
                return hashlib.sha256("\\n".join(lines).encode()).hexdigest()
            """;

    private static final String NODE_DIGESTS = """
            import { createHash } from "node:crypto";
            import { follow, read } from "./follow.mjs";

            function digest(rows) {
              const lines = Array.from(rows, (row) => `${row.key}@${Number(row.time)}=${row.value}`).sort();
              return createHash("sha256").update(lines.join("\\n")).digest("hex");
            }
            """;

    @TempDir
    Path folder;

    private final Random random = new Random(11);
    private final Map<String, ScriptProcess> followers = new LinkedHashMap<>();
    private ServerProcess server;
    private TestClient job;
    private long epoch = 3;

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.start(folder.resolve("data"), "--flight.port=" + LastingPort.free());
        job = new TestClient(server.port());
        putAndCommit();
    }

    @AfterEach
    void stop() throws Exception {
        for (ScriptProcess follower : followers.values()) {
            follower.close();
        }
        if (job != null) {
            job.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void pyarrowPandasAndPolars() throws Exception {
        Python.require();
        for (String view : List.of("live", "committed")) {
            followers.put(view, Python.start("-c", PYTHON_DIGESTS + """
                    arrow = pandas = polars = None
                    for step in cf.connect("grpc://localhost:%d").subscribe("clicks", view="%s"):
                        arrow = cf.fold(arrow, step)
                        pandas = cf.fold_pandas(pandas, step)
                        polars = cf.fold_polars(polars, step)
                        digests = {digest(arrow), digest(pa.Table.from_pandas(pandas)), digest(polars.to_arrow())}
                        print(step.kind, step.rolled_back, *digests)
                    """.formatted(server.port(), view)));
        }
        followThroughEverything();
        assertThat(Python.run("-c", PYTHON_DIGESTS + """
                with cf.connect("grpc://localhost:%d") as server:
                    print(digest(server.read("clicks")))
                """.formatted(server.port())))
                .isEqualTo(table("live"));
    }

    @Test
    void typescript() throws Exception {
        Node.require();
        for (String view : List.of("live", "committed")) {
            followers.put(view, Node.start(NODE_DIGESTS + """
                    for await (const { rows, mark } of follow("localhost:%d", { table: "clicks", view: "%s" })) {
                      console.log(mark.step, mark.rolled_back ? "True" : "False", digest(rows.values()));
                    }
                    """.formatted(server.port(), view)));
        }
        followThroughEverything();
        try (ScriptProcess read = Node.start(NODE_DIGESTS + """
                const all = await read("localhost:%1$d", { table: "clicks" });
                const one = await read("localhost:%1$d", { table: "clicks", columns: ["key"], where: { key: "key7" }, limit: 1 });
                console.log(digest(all), one.numRows, one.schema.fields.length);
                """.formatted(server.port()))) {
            assertThat(read.output()).isEqualTo(table("live") + " 1 1");
        }
    }

    private void followThroughEverything() throws Exception {
        allAgree("snapshot False");
        for (int i = 0; i < 6; i++) {
            putAndCommit();
        }
        allAgree("changes False");

        put(); // is not committed, and will be taken back
        agrees("live", "changes False");
        job.open(new WriterOpening(WriterOpening.VERSION, Clicks.LINEAGE, Clicks.WRITER, 0, 1, epoch - 2, "another"));
        epoch--;
        agrees("live", "changes True");
        putAndCommit();
        allAgree("changes");

        int port = server.port();
        server.kill();
        server = ServerProcess.start(folder.resolve("data"), "--flight.port=" + port);
        putAndCommit();
        allAgree("changes False");
    }

    private void allAgree(String how) throws Exception {
        for (String view : followers.keySet()) {
            agrees(view, how);
        }
    }

    /** Reads what a follower prints until it has the table, come by a step of this kind. */
    private void agrees(String view, String how) throws Exception {
        String expected = " " + table(view);
        await("%s, %s".formatted(view, how))
                .atMost(TestClient.PATIENCE)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    String line = followers.get(view).line();
                    assertThat(line.split(" ")).as("one digest, whoever folds").hasSize(3);
                    return line.startsWith(how) && line.endsWith(expected);
                });
    }

    private void putAndCommit() throws Exception {
        put();
        job.commit(epoch++);
    }

    private void put() throws Exception {
        List<Clicks> rows = new ArrayList<>(List.of(Clicks.upsert("key7", 0, Long.MAX_VALUE - random.nextInt(1000))));
        for (int i = 0; i < 2_000; i++) {
            String key = "key" + (8 + random.nextInt(3_000));
            long time = random.nextInt(3) * Clicks.HOUR + random.nextInt(1000);
            rows.add(
                    switch (random.nextInt(6)) {
                        case 0, 1 -> Clicks.delete(key);
                        case 2 -> new Clicks(key, time, null, false);
                        default -> Clicks.upsert(key, time, random.nextLong());
                    });
        }
        job.put(rows);
    }

    /** The digest of the table as the Java client reads it. */
    private String table(String view) throws Exception {
        var command = FlightDescriptor.command(
                "{\"table\":\"clicks\",\"view\":\"%s\"}".formatted(view).getBytes(StandardCharsets.UTF_8));
        var ticket = job.flight
                .getInfo(command, TestClient.timeout())
                .getEndpoints()
                .get(0)
                .getTicket();
        List<String> lines = new ArrayList<>();
        try (FlightStream stream = job.flight.getStream(ticket, TestClient.timeout())) {
            while (stream.next()) {
                List<FieldVector> columns = stream.getRoot().getFieldVectors();
                for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
                    lines.add(columns.get(0).getObject(row) + "@" + ((TimeStampMilliTZVector) columns.get(1)).get(row)
                            + "=" + columns.get(2).getObject(row));
                }
            }
        }
        lines.sort(null);
        byte[] text = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    }
}
