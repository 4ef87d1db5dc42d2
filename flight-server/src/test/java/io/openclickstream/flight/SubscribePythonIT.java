package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.flight.table.Clicks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An unmodified pyarrow follows a table of the real server while both are killed, and has the table in the end. */
@Timeout(600)
class SubscribePythonIT {
    private static final String DIGEST = """
            import hashlib
            def digest(rows):
                text = str(sorted((row["key"], str(row["time"]), row["value"]) for row in rows))
                return hashlib.sha256(text.encode()).hexdigest()
            """;

    @TempDir
    Path folder;

    private final Random random = new Random(7);
    private ServerProcess server;
    private TestClient client;
    private long epoch = 3;

    @BeforeEach
    void start() throws Exception {
        Python.require();
        server = ServerProcess.start(folder.resolve("data"), "--flight.port=" + LastingPort.free());
        client = new TestClient(server.port());
    }

    @AfterEach
    void stop() throws Exception {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"live", "committed"})
    void foldsTheTableThroughKillsOfClientAndServer(String view) throws Exception {
        putAndCommit();
        Path state = folder.resolve("state");
        try (ScriptProcess first = follower(view, state)) {
            assertThat(first.line()).startsWith("snapshot ");
            putAndCommit();
            until(first, table(view));
        } // kill -9
        putAndCommit();
        try (ScriptProcess second = follower(view, state)) {
            assertThat(second.line()).startsWith("changes "); // it went on from its token
            until(second, table(view));
            int port = server.port();
            server.kill();
            server = ServerProcess.start(folder.resolve("data"), "--flight.port=" + port);
            putAndCommit();
            until(second, table(view));
        }
    }

    private void putAndCommit() throws Exception {
        List<Clicks> rows = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            String key = "key" + random.nextInt(4_000);
            rows.add(
                    random.nextInt(4) == 0
                            ? Clicks.delete(key)
                            : Clicks.upsert(key, random.nextInt(3) * Clicks.HOUR, random.nextInt(10)));
        }
        client.put(rows);
        client.commit(epoch++);
    }

    /** Reads lines until one tells that the follower has these rows. */
    private static void until(ScriptProcess follower, String digest) throws Exception {
        String line = follower.line();
        while (!line.endsWith(digest)) {
            line = follower.line();
        }
    }

    private String table(String view) throws Exception {
        return Python.run("-c", DIGEST + """
                import json, pyarrow.flight as fl
                client = fl.connect("grpc://localhost:%d")
                command = json.dumps({"table": "clicks", "view": "%s"})
                info = client.get_flight_info(fl.FlightDescriptor.for_command(command))
                print(digest(client.do_get(info.endpoints[0].ticket).read_all().to_pylist()))
                """.formatted(server.port(), view));
    }

    /** Keeps what it has and its token in a file after every step, and begins with what is there. */
    private ScriptProcess follower(String view, Path state) throws Exception {
        return Python.start("-c", DIGEST + """
                import os, pickle, sys, pyarrow.flight as fl
                sys.path.insert(0, "examples")
                from subscribe import follow
                state = "%s"
                rows, token = pickle.load(open(state, "rb")) if os.path.exists(state) else ({}, None)
                for rows, mark in follow(fl.connect("grpc://localhost:%d"), "clicks", "%s", rows, token):
                    with open(state + ".new", "wb") as file:
                        pickle.dump((rows, mark.get("resume")), file)
                    os.replace(state + ".new", state)
                    print(mark["step"], digest(rows.values()))
                """.formatted(state, server.port(), view));
    }
}
