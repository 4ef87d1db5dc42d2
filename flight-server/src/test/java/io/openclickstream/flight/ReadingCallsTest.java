package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.flight.table.Clicks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.PollInfo;
import org.apache.arrow.flight.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands, tickets and waiting, as a Java client uses them. */
@Timeout(180)
class ReadingCallsTest {
    @TempDir
    Path folder;

    private FlightServer server;
    private TestClient client;

    @BeforeEach
    void start() throws Exception {
        server = start(folder.resolve("data"));
        client = new TestClient(server.port());
        client.put(List.of(Clicks.upsert("late", 2 * Clicks.HOUR, 1), Clicks.upsert("early", 5, 2)));
        client.put(List.of(Clicks.upsert("also", 3, 3)));
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.close();
    }

    private static FlightServer start(Path data, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--flight.port=0", "--http.port=0", "--data.dir=" + data));
        return FlightServer.start(FlightServerOptions.PROGRAM.read(all, Map.of()));
    }

    @Test
    void aCommandChoosesColumnsRowsAndOrder() throws Exception {
        FlightInfo info = client.flight.getInfo(
                command("{'table':'clicks','columns':['key','time'],'before':3600000,'order':'window'}"),
                TestClient.timeout());
        assertThat(info.getRecords()).isEqualTo(2);
        assertThat(info.getBytes()).isBetween(20L, 60L);
        assertThat(info.getSchemaOptional().orElseThrow().getFields()).hasSize(2);
        try (FlightStream stream =
                client.flight.getStream(info.getEndpoints().get(0).getTicket())) {
            assertThat(stream.next()).isTrue();
            assertThat(stream.getRoot().contentToTSVString()).isEqualTo("key\ttime\nalso\t3\nearly\t5\n");
            assertThat(stream.next()).isFalse();
        }
        assertThat(client.flight
                        .getSchema(command("{'table':'clicks','columns':['value']}"), TestClient.timeout())
                        .getSchema()
                        .getFields())
                .hasSize(1);
    }

    @Test
    void aLimitTakesTheFirstRowsOfTheOrderAndSaysHowManyTheyAre() throws Exception {
        String latest = "{'table':'clicks','order':'window_descending','limit':2}";
        assertThat(keys(latest)).containsExactly("late", "early");
        FlightInfo info = client.flight.getInfo(command(latest), TestClient.timeout());
        assertThat(info.getRecords()).isEqualTo(2);
        assertThat(info.getBytes()).isBetween(1L, client.info("clicks").getBytes());
        assertThat(keys("{'table':'clicks','limit':1000}")).hasSize(3);
        assertThat(keys("{'table':'clicks','limit':0}")).isEmpty();
    }

    @Test
    void aCommandChoosesTheViewTheEpochAndTheLineage() throws Exception {
        FlightServerTest.refused(
                () -> keys("{'table':'clicks','view':'committed'}"),
                FlightStatusCode.NOT_FOUND,
                "no committed view yet");
        client.commit(3);
        client.put(List.of(Clicks.upsert("new", 0, 1), Clicks.delete("also")));
        assertThat(keys("{'table':'clicks','view':'committed'}")).containsExactly("early", "also", "late");
        assertThat(keys("{'table':'clicks','view':'live'}")).containsExactly("early", "new", "late");
        client.commit(4);
        assertThat(keys("{'table':'clicks','view':'committed'}")).containsExactly("early", "new", "late");
        assertThat(keys("{'table':'clicks','view':'committed','epoch':3,'lineage':'" + Clicks.LINEAGE
                        + "','before':4,'columns':['key','time']}"))
                .containsExactly("also");
        FlightServerTest.refused(
                () -> keys("{'table':'clicks','view':'committed','epoch':2}"),
                FlightStatusCode.NOT_FOUND,
                "not there as of epoch 2. Epochs kept are [3, 4]");
        FlightServerTest.refused(
                () -> keys("{'table':'clicks','lineage':'00000000-0000-0000-0000-00000000000f'}"),
                FlightStatusCode.NOT_FOUND,
                "There is no lineage 00000000-0000-0000-0000-00000000000f here. There are: [" + Clicks.LINEAGE + "]");
    }

    private List<String> keys(String command) throws Exception {
        FlightInfo info = client.flight.getInfo(command(command), TestClient.timeout());
        List<String> keys = new ArrayList<>();
        try (FlightStream stream =
                client.flight.getStream(info.getEndpoints().get(0).getTicket())) {
            while (stream.next()) {
                for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
                    keys.add(stream.getRoot().getVector(0).getObject(row).toString());
                }
            }
        }
        return keys;
    }

    @Test
    void aWrongCommandIsRefusedWithItsReason() {
        for (Map.Entry<String, String> wrong : Map.of(
                        "{",
                        "no JSON",
                        "{'table':'clicks','where':{'key':'a'},'columns':['x']}",
                        "no column 'x'",
                        "{'table':'clicks','view':'dead'}",
                        "There are: live, committed",
                        "{'table':'clicks','where':{'value':'x'}}",
                        "not a whole number",
                        "{'table':'" + "x".repeat(70_000) + "'}",
                        "quota.request-bytes")
                .entrySet()) {
            FlightServerTest.refused(
                    () -> client.flight.getInfo(command(wrong.getKey()), TestClient.timeout()),
                    FlightStatusCode.INVALID_ARGUMENT,
                    wrong.getValue());
        }
    }

    @Test
    void aTicketIsGoodOnAnotherServerWithTheSameKeysAndExpires() throws Exception {
        Path keys = folder.resolve("keys");
        Files.writeString(keys, "# one\n" + "A".repeat(43) + "=\n");
        try (FlightServer one = start(folder.resolve("one"), "--ticket.keys=" + keys);
                FlightServer two = start(folder.resolve("two"), "--ticket.keys=" + keys, "--ticket.lifetime=1s");
                TestClient first = new TestClient(one.port());
                TestClient second = new TestClient(two.port())) {
            first.put(List.of(Clicks.upsert("a", 0, 1)));
            second.put(List.of(Clicks.upsert("b", 0, 1)));
            FlightInfo info = first.info("clicks");
            try (FlightStream stream =
                    second.stream(info.getEndpoints().get(0).getTicket().getBytes())) {
                assertThat(stream.next()).isTrue();
                assertThat(stream.getRoot().getVector(0).getObject(0)).hasToString("b");
            }
            assertThat(info.getEndpoints().get(0).getExpirationTime().orElseThrow())
                    .isAfter(Instant.now().plusSeconds(3000));

            byte[] brief =
                    second.info("clicks").getEndpoints().get(0).getTicket().getBytes();
            await().atMost(TestClient.PATIENCE)
                    .untilAsserted(() -> FlightServerTest.refused(
                            () -> {
                                try (FlightStream stream = second.stream(brief)) {
                                    stream.next();
                                }
                            },
                            FlightStatusCode.INVALID_ARGUMENT,
                            "expired at"));

            Files.writeString(keys, "B".repeat(43) + "=\n"); // rotated without the old one
            await().atMost(TestClient.PATIENCE)
                    .untilAsserted(() -> FlightServerTest.refused(
                            () -> {
                                try (FlightStream stream = first.stream(
                                        info.getEndpoints().get(0).getTicket().getBytes())) {
                                    stream.next();
                                }
                            },
                            FlightStatusCode.INVALID_ARGUMENT,
                            "not signed with a key of this server"));
        }
    }

    @Test
    void pollingGoesOnUntilTheTableIsComplete() throws Exception {
        FlightDescriptor wanted = command("{'table':'clicks','complete_through':8}");
        PollInfo notYet = client.flight.pollInfo(wanted, TestClient.timeout());
        FlightDescriptor again = notYet.getFlightDescriptor().orElseThrow();
        assertThat(notYet.getFlightInfo().getEndpoints()).isEmpty();
        FlightServerTest.refused(
                () -> client.flight.getInfo(wanted, TestClient.timeout()),
                FlightStatusCode.UNAVAILABLE,
                "complete through 1970-01-01T00:00:00.007Z, and not yet through 1970-01-01T00:00:00.008Z");

        client.putNothing(8L);
        for (FlightDescriptor each : List.of(wanted, again)) {
            PollInfo complete = client.flight.pollInfo(each, TestClient.timeout());
            assertThat(complete.getFlightDescriptor()).isEmpty();
            assertThat(complete.getProgress()).hasValue(1.0);
            assertThat(complete.getFlightInfo().getRecords()).isEqualTo(3);
        }
    }

    @Test
    void aRepeatedPollIsAnsweredWhenThereIsAnotherAnswerAndTakesNoThread() throws Exception {
        restart("--poll.wait=10m", "--waits.max=30");
        FlightDescriptor again = client.flight
                .pollInfo(command("{'table':'clicks','complete_through':9}"), TestClient.timeout())
                .getFlightDescriptor()
                .orElseThrow();
        List<CompletableFuture<PollInfo>> polls = new ArrayList<>();
        List<TestClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 30; i++) {
                TestClient each = new TestClient(server.port());
                clients.add(each);
                polls.add(CompletableFuture.supplyAsync(
                        () -> each.flight.pollInfo(again, TestClient.timeout()), work -> new Thread(work).start()));
            }
            await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(FlightServerTest.metric(server, "waits"))
                    .isEqualTo(30));
            assertThat(Thread.getAllStackTraces().values())
                    .as("no thread stays in a poll that waits")
                    .noneMatch(stack -> Arrays.stream(stack)
                            .anyMatch(frame -> frame.getMethodName().equals("pollFlightInfo")
                                    && frame.getClassName().endsWith("LiveProducer")));
            // one more than may wait is told how it is
            PollInfo atOnce = client.flight.pollInfo(again, TestClient.timeout());
            assertThat(atOnce.getFlightDescriptor()).contains(again);
            assertThat(polls).noneMatch(CompletableFuture::isDone);

            client.putNothing(9L);
            for (CompletableFuture<PollInfo> poll : polls) {
                PollInfo complete = poll.get(60, TimeUnit.SECONDS);
                assertThat(complete.getFlightDescriptor()).isEmpty();
                assertThat(complete.getFlightInfo().getRecords()).isEqualTo(3);
            }
        } finally {
            for (TestClient each : clients) {
                each.close();
            }
        }
    }

    @Test
    void aRepeatedPollIsAnsweredAfterAWhileAndForgottenWhenItsClientLeaves() throws Exception {
        restart("--poll.wait=100ms");
        FlightDescriptor wanted = command("{'table':'clicks','complete_through':9}");
        FlightDescriptor again = client.flight
                .pollInfo(wanted, TestClient.timeout())
                .getFlightDescriptor()
                .orElseThrow();
        PollInfo still = client.flight.pollInfo(again, TestClient.timeout());
        assertThat(still.getFlightDescriptor()).contains(again);
        assertThat(still.getFlightInfo().getEndpoints()).isEmpty();

        restart("--poll.wait=10m");
        FlightServerTest.refused(
                () -> client.flight.pollInfo(again, CallOptions.timeout(500, TimeUnit.MILLISECONDS)),
                FlightStatusCode.TIMED_OUT,
                "");
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(FlightServerTest.metric(server, "waits"))
                .isZero());
    }

    private void restart(String... options) throws Exception {
        TestClient writer = client;
        stop();
        server = start(folder.resolve("data"), options);
        client = new TestClient(server.port());
        client.goOn(writer);
    }

    @Test
    void aWaitEndsWhenTheTableIsCompleteOrTimeIsUp() throws Exception {
        assertThat(answer("{'table':'clicks','complete_through':7}")).containsEntry("complete", true);
        assertThat(answer("{'table':'none','complete_through':'1970-01-01T00:00:00Z','timeout_seconds':1}"))
                .containsEntry("complete", false)
                .containsEntry("table", "none");

        List<CompletableFuture<Map<String, Object>>> waiting = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Iterator<Result> results = client.flight.doAction(
                    action("{'table':'clicks','complete_through':9,'timeout_seconds':600}"), TestClient.timeout());
            waiting.add(CompletableFuture.supplyAsync(() -> parse(results)));
        }
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> assertThat(FlightServerTest.metric(server, "waits"))
                .isEqualTo(50));
        assertThat(Thread.getAllStackTraces().values())
                .as("no thread stays in a call that waits")
                .noneMatch(stack -> Arrays.stream(stack)
                        .anyMatch(frame -> frame.getMethodName().equals("doAction")
                                && frame.getClassName().endsWith("LiveProducer")));
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        client.putNothing(9L);
        for (CompletableFuture<Map<String, Object>> wait : waiting) {
            assertThat(wait.get(60, TimeUnit.SECONDS)).containsEntry("complete", true);
        }
    }

    @Test
    void aWrongWaitIsRefused() {
        for (String wrong : List.of(
                "x",
                "{}",
                "{'table':'clicks'}",
                "{'table':'clicks','complete_through':true}",
                "{'table':'clicks','complete_through':1,'timeout_seconds':601}",
                "{'table':'clicks','complete_through':1,'then':1}")) {
            FlightServerTest.refused(() -> answer(wrong), FlightStatusCode.INVALID_ARGUMENT, "docs/reading.md");
        }
    }

    private Map<String, Object> answer(String body) {
        return parse(client.flight.doAction(action(body), TestClient.timeout()));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> parse(Iterator<Result> results) {
        try {
            return new JsonMapper().readValue(results.next().getBody(), Map.class);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Action action(String body) {
        return new Action("wait", body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static FlightDescriptor command(String json) {
        return FlightDescriptor.command(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
