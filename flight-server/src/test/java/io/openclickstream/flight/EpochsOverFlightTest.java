package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.flight.table.Clicks;
import io.openclickstream.schemas.live.LiveActions;
import io.openclickstream.schemas.live.LiveMetadata;
import io.openclickstream.schemas.live.WriterOpening;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.memory.ArrowBuf;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Epochs, views and lineages as a client of the server sees them. */
@Timeout(180)
class EpochsOverFlightTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String OTHER = new UUID(0, 2).toString();

    @TempDir
    Path folder;

    private FlightServer server;
    private TestClient client;

    @BeforeEach
    void start() throws Exception {
        List<String> options = List.of("--flight.port=0", "--http.port=0", "--data.dir=" + folder, "--epochs.kept=2");
        server = FlightServer.start(FlightServerOptions.PROGRAM.read(options, Map.of()));
        client = new TestClient(server.port());
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.close();
    }

    @Test
    void committedViewHoldsWhatIsCommittedAndOlderEpochsAreKeptAlsoOverARestart() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        refused(() -> committed(""), FlightStatusCode.NOT_FOUND, "Table clicks has no committed view yet");
        client.commit(3);
        client.begin(4);
        client.put(List.of(Clicks.upsert("b", 0, 2), Clicks.delete("a")));
        assertThat(client.keys("clicks")).containsExactly("b");
        assertThat(committed("")).containsExactly("a");
        client.commit(4);
        client.begin(5);
        client.put(List.of(Clicks.upsert("c", 0, 3)));
        for (int restart = 0; restart < 2; restart++) {
            assertThat(committed("")).containsExactly("b");
            assertThat(committed(",\"epoch\":3")).containsExactly("a");
            assertThat(client.keys("clicks")).containsExactly("b", "c");
            refused(() -> committed(",\"epoch\":2"), FlightStatusCode.NOT_FOUND, "Epochs kept are [3, 4]");
            TestClient before = client;
            server.close();
            start();
            before.close();
            client.goOn(before);
        }
        client.commit(5); // the writer has not noticed
        assertThat(committed("")).containsExactly("b", "c");
        refused(() -> committed(",\"epoch\":3"), FlightStatusCode.NOT_FOUND, "Epochs kept are [4, 5]");
    }

    @Test
    void schemaAndBatchesSayWhichViewTheyAre() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        client.commit(3);
        var info =
                client.flight.getInfo(command("{\"table\":\"clicks\",\"view\":\"committed\"}"), TestClient.timeout());
        assertThat(info.getRecords()).isEqualTo(1);
        try (FlightStream stream =
                client.stream(info.getEndpoints().get(0).getTicket().getBytes())) {
            assertThat(stream.getSchema().getCustomMetadata())
                    .containsEntry(LiveMetadata.VIEW, "committed")
                    .containsEntry(LiveMetadata.EPOCH, "3")
                    .containsEntry(LiveMetadata.LINEAGE, Clicks.LINEAGE)
                    .containsEntry(LiveMetadata.COMPLETE_THROUGH, "7")
                    .doesNotContainKey(LiveMetadata.ROLLED_BACK_TO);
            assertThat(stream.next()).isTrue();
            JsonNode facts = metadata(stream);
            assertThat(facts.path("view").asText()).isEqualTo("committed");
            assertThat(facts.path("epoch").asLong()).isEqualTo(3);
            assertThat(facts.path("watermark").asLong()).isEqualTo(7);
            assertThat(facts.path("lineage").asText()).isEqualTo(Clicks.LINEAGE);
        }
    }

    @Test
    void openingTakesBackWhatIsLaterAndFencesWhoWasThereBefore() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        client.commit(3);
        client.begin(4);
        client.put(List.of(Clicks.upsert("a", 0, 2), Clicks.upsert("b", 0, 2)));
        try (TestClient successor = new TestClient(server.port())) {
            assertThat(successor.open(opening(Clicks.LINEAGE, 3, "job")).committedEpoch())
                    .isEqualTo(3);
            assertThat(client.keys("clicks")).containsExactly("a");
            assertThat(client.info("clicks").getSchemaOptional().orElseThrow().getCustomMetadata())
                    .containsEntry(LiveMetadata.ROLLED_BACK_TO, "3");
            refused(
                    () -> client.put(List.of(Clicks.upsert("c", 0, 3))),
                    FlightStatusCode.ALREADY_EXISTS,
                    "another one has taken this one's place");
            successor.put(List.of(Clicks.upsert("d", 0, 4)));
            successor.commit(4);
            assertThat(committed("")).containsExactlyInAnyOrder("a", "d");
            assertThat(client.info("clicks").getSchemaOptional().orElseThrow().getCustomMetadata())
                    .doesNotContainKey(LiveMetadata.ROLLED_BACK_TO);
            refused(
                    () -> successor.open(opening(Clicks.LINEAGE, 3, "job")),
                    FlightStatusCode.ALREADY_EXISTS,
                    "a left-over of an earlier attempt");
        }
    }

    @Test
    void anotherSubmissionGoesBackWithinTheKeptEpochsAndNoFurther() throws Exception {
        for (long epoch = 3; epoch <= 5; epoch++) {
            client.begin(epoch);
            client.put(List.of(Clicks.upsert("of" + epoch, 0, epoch)));
            client.commit(epoch);
        }
        try (TestClient successor = new TestClient(server.port())) {
            refused(
                    () -> successor.open(opening(Clicks.LINEAGE, 3, "job-2")),
                    FlightStatusCode.INVALID_ARGUMENT,
                    "Either restore the job from a checkpoint or savepoint of a kept epoch, or start it without state");
            successor.open(opening(Clicks.LINEAGE, 4, "job-2"));
            assertThat(committed("")).containsExactly("of3", "of4");
            assertThat(client.keys("clicks")).containsExactly("of3", "of4");
            refused(
                    () -> client.open(opening(Clicks.LINEAGE, 5, "job")),
                    FlightStatusCode.ALREADY_EXISTS,
                    "Stop the older one");
        }
    }

    @Test
    void newLineageWaitsUntilItIsPromotedAndTheOldOneIsServedUntilThen() throws Exception {
        client.put(List.of(Clicks.upsert("old", 0, 1)));
        client.commit(3);
        try (TestClient successor = TestClient.ofLineage(server.port(), OTHER)) {
            successor.open(opening(OTHER, 0, "job-2"));
            successor.put(List.of(Clicks.upsert("new", 0, 2)));
            assertThat(client.keys("clicks")).containsExactly("old");
            refused(() -> promote(OTHER), FlightStatusCode.INVALID_ARGUMENT, "has not committed an epoch yet");
            successor.commit(3);
            assertThat(committed("")).containsExactly("old");
            assertThat(committed(",\"lineage\":\"" + OTHER + "\"")).containsExactly("new");
            client.begin(4);
            client.put(List.of(Clicks.upsert("still", 0, 1))); // both jobs go on

            assertThat(lineages()).containsExactly(Clicks.LINEAGE + " true [3]", OTHER + " false [3]");
            promote(OTHER);
            assertThat(lineages()).containsExactly(OTHER + " true [3]");
            assertThat(committed("")).containsExactly("new");
            refused(
                    () -> client.put(List.of(Clicks.upsert("late", 0, 1))),
                    FlightStatusCode.ALREADY_EXISTS,
                    "its job has to stop");
            refused(
                    () -> client.open(opening(Clicks.LINEAGE, 3, "job-3")),
                    FlightStatusCode.ALREADY_EXISTS,
                    "was replaced");
            refused(() -> promote("nobody"), FlightStatusCode.INVALID_ARGUMENT, "it is not here");
        }
    }

    @Test
    void lineageThatHasCommittedNothingIsReplacedAtOnce() throws Exception {
        client.put(List.of(Clicks.upsert("old", 0, 1)));
        try (TestClient successor = TestClient.ofLineage(server.port(), OTHER)) {
            successor.open(opening(OTHER, 0, "job-2"));
            successor.put(List.of(Clicks.upsert("new", 0, 2)));
            assertThat(client.keys("clicks")).containsExactly("new");
        }
    }

    @Test
    void lineageThatBeganElsewhereSaysAfterWhichEpoch() throws Exception {
        client.open(opening(Clicks.LINEAGE, 41, "job"));
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        client.commit(42);
        var info =
                client.flight.getInfo(command("{\"table\":\"clicks\",\"view\":\"committed\"}"), TestClient.timeout());
        assertThat(info.getSchemaOptional().orElseThrow().getCustomMetadata())
                .containsEntry(LiveMetadata.BEGINS_AFTER, "41")
                .containsEntry(LiveMetadata.EPOCH, "42");
    }

    @Test
    void putsThatChangedOrThatAreMissingAreRefused() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        byte[] header;
        try (var batch = Clicks.batch(List.of(Clicks.upsert("b", 0, 1)), client.allocator)) {
            header = client.header("clicks", null, batch).toBytes();
        }
        refused(
                () -> client.put(FlightDescriptor.path("clicks"), header, List.of(Clicks.upsert("b", 0, 2))),
                FlightStatusCode.INVALID_ARGUMENT,
                "it has changed on its way");
        String text = new String(header, StandardCharsets.UTF_8);
        byte[] later = text.replace("\"seq\":1", "\"seq\":2").getBytes(StandardCharsets.UTF_8);
        refused(
                () -> client.put(FlightDescriptor.path("clicks"), later, List.of(Clicks.upsert("b", 0, 1))),
                FlightStatusCode.INVALID_ARGUMENT,
                "some are missing");
        client.put(FlightDescriptor.path("clicks"), header, List.of(Clicks.upsert("b", 0, 1)));
        client.put(FlightDescriptor.path("clicks"), header, List.of(Clicks.upsert("b", 0, 1))); // its answer was lost
        assertThat(client.keys("clicks")).containsExactly("a", "b");
    }

    @Test
    void commandsAndActionsThatMakeNoSenseAreRefusedWithoutATrace() throws Exception {
        client.put(List.of(Clicks.upsert("a", 0, 1)));
        client.commit(3);
        Map<String, String> reasons = Map.of(
                "null",
                "Cannot read this command",
                "[]",
                "Cannot read this command",
                "{}",
                "Cannot read this command",
                "{\"table\":\"clicks\",\"view\":\"yesterday\"}",
                "There is no view 'yesterday'",
                "{\"table\":\"clicks\",\"epoch\":3}",
                "Only the committed view",
                "{\"table\":\"clicks\",\"view\":\"committed\",\"epoch\":-3}",
                "Only the committed view",
                "{\"table\":\"clicks\",\"filter\":\"none\"}",
                "Cannot read this command");
        reasons.forEach((bad, reason) -> refused(
                () -> client.flight.getInfo(command(bad), TestClient.timeout()),
                FlightStatusCode.INVALID_ARGUMENT,
                reason));
        refused(
                () -> client.flight.getInfo(command("{\"table\":\"../x\"}"), TestClient.timeout()),
                FlightStatusCode.NOT_FOUND,
                "There is no table '../x'");
        Random random = new Random(11);
        List<byte[]> seeds = new ArrayList<>(List.of(
                opening(Clicks.LINEAGE, 3, "job").toBytes(),
                "{\"version\":1}".getBytes(StandardCharsets.UTF_8),
                new byte[0]));
        for (int i = 0; i < 300; i++) {
            byte[] body = seeds.get(i % seeds.size()).clone();
            for (int change = random.nextInt(3) + 1; change > 0 && body.length > 0; change--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(128);
            }
            String type = i % 2 == 0 ? LiveActions.COMMIT : i % 3 == 0 ? LiveActions.PROMOTE : "no-such-action";
            refused(() -> client.action(type, body), FlightStatusCode.INVALID_ARGUMENT, "");
        }
        assertThat(client.keys("clicks")).containsExactly("a");
    }

    private List<String> committed(String more) throws Exception {
        var command = command("{\"table\":\"clicks\",\"view\":\"committed\"" + more + "}");
        var info = client.flight.getInfo(command, TestClient.timeout());
        return client.keys(info.getEndpoints().get(0).getTicket().getBytes());
    }

    private static FlightDescriptor command(String json) {
        return FlightDescriptor.command(json.getBytes(StandardCharsets.UTF_8));
    }

    private static WriterOpening opening(String lineage, long restoredEpoch, String job) {
        return new WriterOpening(WriterOpening.VERSION, lineage, Clicks.WRITER, 0, 1, restoredEpoch, job);
    }

    private void promote(String lineage) {
        assertThat(new String(
                        client.action(LiveActions.PROMOTE, lineage.getBytes(StandardCharsets.UTF_8)),
                        StandardCharsets.UTF_8))
                .isEqualTo(lineage);
    }

    /** {@code lineage isServed keptEpochs} of each. */
    private List<String> lineages() throws Exception {
        List<String> lines = new ArrayList<>();
        var answers =
                client.flight.doAction(new org.apache.arrow.flight.Action(LiveActions.LINEAGES), TestClient.timeout());
        while (answers.hasNext()) {
            JsonNode facts = JSON.readTree(answers.next().getBody());
            lines.add(facts.path("lineage").asText() + " "
                    + facts.path("is_served").asBoolean() + " "
                    + facts.path("kept_epochs").toString().replace(",", ", "));
        }
        return lines;
    }

    private static JsonNode metadata(FlightStream stream) throws Exception {
        ArrowBuf metadata = stream.getLatestMetadata();
        byte[] bytes = new byte[(int) metadata.readableBytes()];
        metadata.getBytes(metadata.readerIndex(), bytes);
        return JSON.readTree(bytes);
    }

    private static void refused(ThrowingCallable call, FlightStatusCode code, String text) {
        assertThatThrownBy(call).satisfies(thrown -> {
            Throwable answer = thrown instanceof FlightRuntimeException ? thrown : thrown.getCause();
            assertThat(answer).isInstanceOf(FlightRuntimeException.class);
            FlightRuntimeException e = (FlightRuntimeException) answer;
            assertThat(e.status().code()).as("%s", e.getMessage()).isEqualTo(code);
            assertThat(e.getMessage()).contains(text).doesNotContain("Exception", "\tat ");
        });
    }
}
