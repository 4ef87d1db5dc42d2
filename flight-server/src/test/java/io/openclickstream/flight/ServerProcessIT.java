package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ClientCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.openclickstream.flight.table.Clicks;
import io.openclickstream.schemas.live.LiveMetadata;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightStatusCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real server process: killed, started where it cannot start, stopped. */
@Timeout(600)
class ServerProcessIT {
    @TempDir
    Path folder;

    @Test
    void whatClientsDoWrongIsALineInTheLogAndNoStackTrace() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder, "--puts.max=1");
                TestClient client = new TestClient(server.port());
                RawFlight raw = new RawFlight(server.port())) {
            assertThat(raw.withoutRequest().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            byte[] noMessage = {(byte) 0x0a, 5, 1}; // ends within its first field
            for (String method : List.of("GetFlightInfo", "ListFlights", "DoGet", "DoPut", "DoAction")) {
                assertThatThrownBy(() -> raw.call(method, noMessage, null))
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class,
                                e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
            }
            List<Clicks> row = List.of(Clicks.upsert("a", 0, 1));
            List<ClientCall<byte[], byte[]>> silent = new ArrayList<>();
            await().atMost(TestClient.PATIENCE).untilAsserted(() -> {
                silent.add(raw.silentPut()); // refused itself where it comes while the other put has the place
                FlightServerTest.refused(
                        () -> client.put(row), FlightStatusCode.RESOURCE_EXHAUSTED, "1 streams of puts are open");
            });
            silent.forEach(call -> call.cancel("leaves", null));
            await().atMost(TestClient.PATIENCE).ignoreExceptions().untilAsserted(() -> client.put(row));
            client.putAndLeave(row.get(0), 200);
            assertThat(server.stop()).isEqualTo(143); // nothing is written any more
            assertThat(server.errors())
                    .contains("a client did not send one request", "a client left before it was answered");
            assertThat(server.errors()).doesNotContain("\tat ", "unexpectedly", "SEVERE");
            assertThat(server.errors().lines().filter(line -> line.contains("sent bytes that are no message")))
                    .hasSize(5)
                    .allMatch(line -> line.length() < 200);
        }
    }

    @Test
    void whateverIsAcknowledgedIsThereAfterKillMinusNine() throws Exception {
        Set<String> acknowledged = Collections.synchronizedSet(new HashSet<>());
        Set<String> sent = Collections.synchronizedSet(new HashSet<>());
        Random random = new Random(5);
        for (int round = 0; round < 4; round++) {
            try (ServerProcess server = ServerProcess.start(folder, "--log.checkpoint-bytes=256KiB")) {
                try (TestClient client = new TestClient(server.port(), round, 4)) {
                    if (round > 0) {
                        assertThat(new HashSet<>(client.keys("clicks")))
                                .containsAll(acknowledged)
                                .isSubsetOf(sent);
                    }
                    int enough = acknowledged.size() + 500 + random.nextInt(5_000);
                    Thread writer = new Thread(writer(client, round, acknowledged, sent));
                    writer.start();
                    await().atMost(TestClient.PATIENCE).until(() -> acknowledged.size() >= enough);
                    server.kill();
                    writer.join(TestClient.PATIENCE.toMillis());
                    assertThat(writer.isAlive()).isFalse();
                }
            }
        }
        try (ServerProcess server = ServerProcess.start(folder, "--log.checkpoint-bytes=256KiB");
                TestClient client = new TestClient(server.port())) {
            List<String> keys = client.keys("clicks");
            assertThat(keys).doesNotHaveDuplicates().containsAll(acknowledged);
            assertThat(sent).containsAll(keys);
            assertThat(keys.size() - acknowledged.size()).isLessThanOrEqualTo(4 * 100); // one batch under way per kill
            await().atMost(TestClient.PATIENCE)
                    .untilAsserted(() -> assertThat(folder.toFile().list((dir, name) -> name.endsWith(".checkpoint")))
                            .hasSize(1));
        }
    }

    @Test
    void aTornEndIsCutWithAWarningAndDamageInTheMiddleIsRefused() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder);
                TestClient client = new TestClient(server.port())) {
            for (int i = 0; i < 3; i++) {
                client.put(List.of(Clicks.upsert("key" + i, 0, i)));
            }
            server.kill();
        }
        Path log = folder.resolve("00000000000000000001.log");
        byte[] whole = Files.readAllBytes(log);
        Files.write(log, Arrays.copyOf(whole, whole.length - 7));
        try (ServerProcess server = ServerProcess.start(folder);
                TestClient client = new TestClient(server.port())) {
            assertThat(client.keys("clicks")).containsExactly("key0", "key1");
            assertThat(server.errors()).contains("cut a torn end off the log");
            server.kill();
        }
        try (RandomAccessFile raw = new RandomAccessFile(log.toFile(), "rw")) {
            raw.seek(whole.length / 3);
            raw.write(whole[whole.length / 3] ^ 0xff);
        }
        cannotStart(
                ServerProcess.command(folder),
                "Cannot read " + log + ": it is damaged",
                "Restore the file from a backup");
    }

    @Test
    void viewsAndEpochsAreThereAfterKillMinusNineAndATornCommitIsRepeated() throws Exception {
        FlightDescriptor committed = FlightDescriptor.command(
                "{\"table\":\"clicks\",\"view\":\"committed\"}".getBytes(StandardCharsets.UTF_8));
        try (ServerProcess server = ServerProcess.start(folder);
                TestClient client = new TestClient(server.port())) {
            client.put(rows("a", 10));
            client.commit(3);
            client.begin(4);
            client.put(rows("b", 10));
            client.commit(4);
            server.kill();
            Path log = folder.resolve("00000000000000000001.log");
            byte[] whole = Files.readAllBytes(log);
            Files.write(log, Arrays.copyOf(whole, whole.length - 7));
            try (ServerProcess again = ServerProcess.start(folder);
                    TestClient successor = new TestClient(again.port())) {
                var info = successor.flight.getInfo(committed, TestClient.timeout());
                assertThat(info.getSchemaOptional().orElseThrow().getCustomMetadata())
                        .containsEntry(LiveMetadata.EPOCH, "3");
                assertThat(info.getRecords()).isEqualTo(10);
                assertThat(successor.info("clicks").getRecords()).isEqualTo(20);
                successor.goOn(client);
                successor.commit(4);
                assertThat(successor
                                .flight
                                .getInfo(committed, TestClient.timeout())
                                .getRecords())
                        .isEqualTo(20);
            }
        }
    }

    @Test
    void aFullDiskRefusesPutsAndLosesNothing() throws Exception {
        List<String> limited = new ArrayList<>(List.of("bash", "-c", "ulimit -f 400 && exec \"$@\"", "server"));
        limited.addAll(ServerProcess.command(folder));
        List<String> acknowledged = new ArrayList<>();
        try (ServerProcess server = ServerProcess.launch(limited, folder);
                TestClient client = new TestClient(server.port())) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1000; i++) {
                            client.put(rows("a" + i, 1000));
                            acknowledged.add("a" + i);
                        }
                    })
                    .hasStackTraceContaining("RESOURCE_EXHAUSTED")
                    .hasStackTraceContaining("was not written")
                    .hasStackTraceContaining("can be sent again");
            client.put(List.of(Clicks.upsert("small", 0, 1))); // what still fits is still taken
            server.kill();
        }
        assertThat(acknowledged).isNotEmpty();
        try (ServerProcess server = ServerProcess.start(folder);
                TestClient client = new TestClient(server.port())) {
            List<String> keys = client.keys("clicks");
            assertThat(keys).hasSize(acknowledged.size() * 1000 + 1).contains("small");
            acknowledged.forEach(name -> assertThat(keys).contains(name + "-0", name + "-999"));
            assertThat(server.errors()).doesNotContain("torn");
            client.put(rows("more", 1000));
        }
    }

    @Test
    void stopsCleanlyWhenAsked() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder);
                TestClient client = new TestClient(server.port())) {
            client.put(List.of(Clicks.upsert("a", 0, 1)));
            assertThat(TestClient.http(server.httpPort(), "/health/ready").statusCode())
                    .isEqualTo(200);
            assertThat(server.stop()).isEqualTo(143);
            assertThat(server.errors()).contains("stopped").doesNotContain("ERROR", "Exception");
        }
        try (ServerProcess server = ServerProcess.start(folder);
                TestClient client = new TestClient(server.port())) {
            assertThat(client.keys("clicks")).containsExactly("a");
        }
    }

    @Test
    void saysInOneSentenceWhyItCannotStart() throws Exception {
        try (ServerProcess first = ServerProcess.start(folder)) {
            cannotStart(ServerProcess.command(folder), "data.dir " + folder, "another Flight server has it (process");
            Path other = folder.resolve("other");
            cannotStart(
                    ServerProcess.command(other, "--flight.port=" + first.port()),
                    "cannot listen on 127.0.0.1 port " + first.port(),
                    "flight.port");
            try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                cannotStart(
                        ServerProcess.command(other, "--http.port=" + taken.getLocalPort()),
                        "port " + taken.getLocalPort(),
                        "http.port");
            }
        }
        Path file = Files.createFile(folder.resolve("file"));
        cannotStart(ServerProcess.command(file), "data.dir " + file, "not a folder");

        List<String> withoutFlags = ServerProcess.command(folder.resolve("other"));
        withoutFlags.removeIf(argument -> argument.startsWith("@"));
        cannotStart(withoutFlags, "--add-opens=java.base/java.nio=ALL-UNNAMED", "jvm.options");
    }

    private static void cannotStart(List<String> command, String... reasons) throws Exception {
        try (ServerProcess server = ServerProcess.launch(command, Path.of("."))) {
            assertThat(server.exitCode()).isEqualTo(1);
            assertThat(server.line()).isEmpty();
            assertThat(server.errors().strip()).contains(reasons).doesNotContain("\tat ");
        }
    }

    private static Runnable writer(TestClient client, int round, Set<String> acknowledged, Set<String> sent) {
        return () -> {
            try {
                for (int i = 0; ; i++) {
                    List<Clicks> rows = rows("r" + round + "-" + i, 100);
                    rows.forEach(row -> sent.add(row.key()));
                    client.putOnceThereIsRoom(rows);
                    rows.forEach(row -> acknowledged.add(row.key()));
                }
            } catch (Exception e) {
                assertThat(e).isNotNull(); // the server was killed
            }
        };
    }

    private static List<Clicks> rows(String name, int count) {
        return Stream.iterate(0, i -> i + 1)
                .limit(count)
                .map(i -> Clicks.upsert(name + "-" + i, i * 60_000L, i))
                .toList();
    }
}
