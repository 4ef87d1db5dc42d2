package io.openclickstream.failures;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.flight.FlightServer;
import io.openclickstream.flight.FlightServerOptions;
import io.openclickstream.schemas.live.LiveActions;
import io.openclickstream.schemas.live.LiveMetadata;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/** The Flight server itself, in this process, read by a client that nothing disturbs. */
final class RealServer implements Served {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path folder;
    private final int epochsKept;
    private final BufferAllocator allocator = new RootAllocator();
    private int lives;
    private FlightServer server;
    private FlightClient client;

    RealServer(Path folder, int epochsKept) throws Exception {
        this.folder = folder;
        this.epochsKept = epochsKept;
        start();
    }

    @Override
    public synchronized int port() {
        return server.port();
    }

    @Override
    public synchronized List<String> live(String lineage, String table) throws Exception {
        return rows(table, "{\"table\":\"%s\"%s}".formatted(table, of(lineage)));
    }

    @Override
    public boolean hasEpochs() {
        return true;
    }

    @Override
    public synchronized List<String> committed(String lineage, String table, long epoch) throws Exception {
        return rows(
                table, "{\"table\":\"%s\",\"view\":\"committed\",\"epoch\":%d%s}".formatted(table, epoch, of(lineage)));
    }

    @Override
    public synchronized Map<String, Long> committedEpochs(String lineage) throws Exception {
        Map<String, Long> epochs = new TreeMap<>();
        for (String table : Writer.TABLES) {
            try (FlightStream stream =
                    stream("{\"table\":\"%s\",\"view\":\"committed\"%s}".formatted(table, of(lineage)))) {
                epochs.put(
                        table,
                        Long.parseLong(stream.getSchema().getCustomMetadata().get(LiveMetadata.EPOCH)));
            }
        }
        return epochs;
    }

    @Override
    public synchronized Map<String, List<Long>> keptEpochs() throws Exception {
        var answers = client.doAction(new Action(LiveActions.LINEAGES), bound());
        Map<String, List<Long>> served = new LinkedHashMap<>();
        Map<String, List<Long>> waiting = new LinkedHashMap<>();
        while (answers.hasNext()) {
            JsonNode facts = JSON.readTree(answers.next().getBody());
            List<Long> kept = new ArrayList<>();
            facts.path("kept_epochs").forEach(epoch -> kept.add(epoch.asLong()));
            (facts.path("is_served").asBoolean() ? served : waiting)
                    .put(facts.path("lineage").asText(), kept);
        }
        served.putAll(waiting);
        return served;
    }

    @Override
    public synchronized void promote(String lineage) {
        client.doAction(new Action(LiveActions.PROMOTE, lineage.getBytes(StandardCharsets.UTF_8)), bound())
                .forEachRemaining(answer -> {});
    }

    private static String of(String lineage) {
        return lineage == null ? "" : ",\"lineage\":\"%s\"".formatted(lineage);
    }

    @Override
    public synchronized void restart() throws Exception {
        stop();
        start();
    }

    @Override
    public synchronized void kill() throws Exception {
        copy(life(lives), life(lives + 1));
        try {
            stop();
        } catch (IllegalStateException e) {
            if (!String.valueOf(e.getMessage()).contains("still in use after the end")) {
                throw e; // else of calls that were just cut, and a killed process does not clean up
            }
        }
        lives++;
        start();
    }

    private Path life(int life) {
        return folder.resolve("life-" + life);
    }

    private void start() throws Exception {
        server = FlightServer.start(FlightServerOptions.PROGRAM.read(
                List.of(
                        "--flight.port=0",
                        "--http.port=0",
                        "--data.dir=" + life(lives),
                        "--epochs.kept=" + epochsKept,
                        "--log.checkpoint-bytes=64KiB",
                        "--shutdown.timeout=1s"),
                Map.of()));
        client = FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", server.port()))
                .build();
    }

    private void stop() throws InterruptedException {
        client.close();
        server.close();
    }

    /** What a process leaves that is killed now. Files may come and go meanwhile: then it is looked again. */
    private static void copy(Path from, Path to) throws IOException {
        while (true) {
            Files.createDirectories(to);
            List<Path> before = files(from);
            try {
                for (Path file : before) {
                    Files.copy(file, to.resolve(file.getFileName()));
                }
            } catch (NoSuchFileException e) {
                empty(to);
                continue;
            }
            if (files(from).equals(before)) {
                return;
            }
            empty(to);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static void empty(Path folder) throws IOException {
        for (Path file : files(folder)) {
            Files.delete(file);
        }
    }

    private List<String> rows(String table, String command) throws Exception {
        List<String> rows = new ArrayList<>();
        try (FlightStream stream = stream(command)) {
            while (stream.next()) {
                VectorSchemaRoot root = stream.getRoot();
                for (int row = 0; row < root.getRowCount(); row++) {
                    List<Object> values = new ArrayList<>();
                    for (String column : Writer.columns(table)) {
                        values.add(root.getVector(column).getObject(row));
                    }
                    rows.add(Row.text(values.toArray()));
                }
            }
        } catch (FlightRuntimeException e) {
            if (e.status().code() != FlightStatusCode.NOT_FOUND) {
                throw e;
            }
        }
        return rows.stream().sorted().toList();
    }

    private FlightStream stream(String command) {
        var descriptor = FlightDescriptor.command(command.getBytes(StandardCharsets.UTF_8));
        return client.getStream(
                client.getInfo(descriptor, bound()).getEndpoints().get(0).getTicket(), bound());
    }

    private static CallOption bound() {
        return CallOptions.timeout(240, TimeUnit.SECONDS);
    }

    @Override
    public synchronized void close() throws Exception {
        stop();
        allocator.close();
    }
}
