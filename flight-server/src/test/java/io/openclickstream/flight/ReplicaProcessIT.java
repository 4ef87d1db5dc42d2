package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.flight.table.Clicks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
