package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.flight.table.Clicks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A leader and its replica as processes of their own, each killed with kill -9 again and again. */
@Timeout(600)
class ReplicaProcessIT {
    private static final String LIVE = "{'table':'clicks','subscribe':true}";

    @TempDir
    Path folder;

    private Path keys;

    @Test
    void whoeverIsKilledTheReplicaEndsWithWhatWasAcknowledgedAndSubscribersGoOn() throws Exception {
        keys = Files.writeString(folder.resolve("keys"), "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n");
        Random random = new Random(7);
        List<String> rows = new ArrayList<>();
        Fold seen = new Fold();
        TestClient job = null;
        ServerProcess leader = leader();
        try (CuttableLink link = new CuttableLink(leader.port())) {
            ServerProcess replica = replica(link);
            long epoch = 3;
            for (int round = 0; round < 4; round++) {
                TestClient next = new TestClient(leader.port());
                if (job != null) {
                    next.goOn(job);
                }
                job = next;
                for (int put = 0; put < 20; put++) {
                    String key = "key" + round + "-" + put;
                    long value = random.nextInt(1000);
                    job.put(List.of(Clicks.upsert(key, 0, value)));
                    rows.add(key + "|0|" + value + "|");
                    if (random.nextInt(4) == 0) {
                        job.commit(epoch++);
                    }
                    if (put == 7) {
                        link.cut();
                    }
                }
                job.commit(epoch++);
                double wanted = position(leader);
                ServerProcess following = replica;
                await().atMost(TestClient.PATIENCE)
                        .untilAsserted(() -> assertThat(position(following)).isGreaterThanOrEqualTo(wanted));
                leader.kill();
                job.close();
                if (round % 2 == 1) { // the replica as well
                    replica.close();
                    replica = replica(link);
                }
                String[] expected = rows.stream().sorted().toArray(String[]::new);
                try (TestClient reader = new TestClient(replica.port());
                        Tail tail = new Tail(reader, LIVE, seen)) {
                    tail.has(expected);
                    assertThat(tail.snapshots()).isEqualTo(1);
                    seen = tail.fold.copy();
                }
                leader.close();
                leader = leader();
                link.leadTo(leader.port());
            }
            replica.close();
        }
        leader.close();
    }

    @Test
    void aReplicaWhoseDiskIsFullKeepsWhatItHasAndGoesOnOnceThereIsRoom() throws Exception {
        keys = Files.writeString(folder.resolve("keys"), "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n");
        try (ServerProcess leader = leader();
                TestClient job = new TestClient(leader.port());
                CuttableLink link = new CuttableLink(leader.port())) {
            job.put(rows(0));
            job.commit(3);
            try (ServerProcess replica = ServerProcess.launch(limited(replicaCommand(link, "replica")), folder);
                    TestClient reader = new TestClient(replica.port())) {
                awaitPosition(replica, position(leader));
                Tail tail = new Tail(reader, LIVE, new Fold());
                double before = position(replica);
                for (int put = 1; put < 40; put++) {
                    job.putOnceThereIsRoom(rows(put));
                }
                says(replica, "was not written to " + folder.resolve("replica"));
                assertThat(position(replica)).isBetween(before, position(leader) - 1);
                assertThat(reader.keys("clicks"))
                        .hasSizeGreaterThanOrEqualTo(1000)
                        .hasSizeLessThan(40_000);

                try (ServerProcess second = ServerProcess.launch(limited(replicaCommand(link, "second")), folder)) {
                    says(second, "the leader's state was not written to " + folder.resolve("second"));
                    makeRoom(second);
                    awaitPosition(second, position(leader));
                }
                makeRoom(replica);
                awaitPosition(replica, position(leader));
                assertThat(reader.keys("clicks")).hasSize(40_000);
                await().atMost(TestClient.PATIENCE)
                        .untilAsserted(() -> assertThat(tail.fold.rows()).hasSize(40_000));
                assertThat(tail.snapshots()).isEqualTo(1);
                tail.close();
                replica.kill();
            }
            try (ServerProcess again = ServerProcess.launch(replicaCommand(link, "replica"), folder);
                    TestClient reader = new TestClient(again.port())) {
                assertThat(reader.keys("clicks")).hasSize(40_000);
            }
        }
    }

    private static List<Clicks> rows(int put) {
        return IntStream.range(0, 1000)
                .mapToObj(i -> Clicks.upsert("key" + put + "-" + i, i * 60_000L, i))
                .toList();
    }

    /** A command whose process cannot make a file longer than 400 KiB, until {@link #makeRoom}. */
    private static List<String> limited(List<String> command) {
        List<String> limited = new ArrayList<>(List.of("bash", "-c", "ulimit -S -f 400 && exec \"$@\"", "server"));
        limited.addAll(command);
        return limited;
    }

    private static void makeRoom(ServerProcess server) throws Exception {
        Process prlimit = new ProcessBuilder("prlimit", "--pid=" + server.pid(), "--fsize=unlimited")
                .inheritIO()
                .start();
        assertThat(prlimit.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(prlimit.exitValue()).isZero();
    }

    private static void says(ServerProcess server, String why) {
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(
                        TestClient.http(server.httpPort(), "/health/ready").body())
                .contains(why));
    }

    private static void awaitPosition(ServerProcess server, double wanted) {
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(position(server)).isGreaterThanOrEqualTo(wanted));
    }

    private List<String> replicaCommand(CuttableLink link, String name) throws Exception {
        return ServerProcess.command(
                folder.resolve(name),
                "--ticket.keys=" + keys,
                "--memory.max=64MiB",
                "--epochs.kept=20",
                "--follow.max-staleness=2s",
                "--follow=grpc://127.0.0.1:" + link.port());
    }

    private ServerProcess leader() throws Exception {
        return ServerProcess.start(
                folder.resolve("leader"),
                "--ticket.keys=" + keys,
                "--memory.max=64MiB",
                "--epochs.kept=20",
                "--log.checkpoint-bytes=64KiB");
    }

    private ServerProcess replica(CuttableLink link) throws Exception {
        return ServerProcess.start(
                folder.resolve("replica"),
                "--ticket.keys=" + keys,
                "--memory.max=64MiB",
                "--epochs.kept=20",
                "--follow=grpc://127.0.0.1:" + link.port());
    }

    private static double position(ServerProcess server) throws Exception {
        return TestClient.http(server.httpPort(), "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("clickstream_flight_log_position "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }
}
