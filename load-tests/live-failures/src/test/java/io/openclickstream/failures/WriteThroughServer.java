package io.openclickstream.failures;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.Result;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Tables that take every row as it comes, and lose none when they are killed. */
final class WriteThroughServer extends NoOpFlightProducer implements Served {
    private final Map<String, Map<String, String>> tables = new ConcurrentHashMap<>();
    private final BufferAllocator allocator = new RootAllocator();
    private FlightServer server;

    WriteThroughServer() throws Exception {
        start();
    }

    private void start() throws Exception {
        server = FlightServer.builder(allocator, Location.forGrpcInsecure("127.0.0.1", 0), this)
                .build()
                .start();
    }

    @Override
    public synchronized void doAction(CallContext context, Action action, StreamListener<Result> answers) {
        for (String line : new String(action.getBody(), StandardCharsets.UTF_8).split("\n", -1)) {
            String[] parts = line.split("\t", -1);
            Map<String, String> rows = tables.computeIfAbsent(parts[0], table -> new TreeMap<>());
            rows.remove(parts[1]);
            if (parts.length == 3) {
                rows.put(parts[1], parts[2]);
            }
        }
        answers.onNext(new Result(new byte[0]));
        answers.onCompleted();
    }

    @Override
    public synchronized int port() {
        return server.getPort();
    }

    @Override
    public synchronized List<String> live(String lineage, String table) {
        return tables.getOrDefault(table, Map.of()).values().stream().sorted().toList();
    }

    @Override
    public boolean hasEpochs() {
        return false;
    }

    @Override
    public List<String> committed(String lineage, String table, long epoch) {
        throw new UnsupportedOperationException("there are no epochs");
    }

    @Override
    public Map<String, Long> committedEpochs(String lineage) {
        throw new UnsupportedOperationException("there are no epochs");
    }

    @Override
    public Map<String, List<Long>> keptEpochs() {
        throw new UnsupportedOperationException("there are no epochs");
    }

    @Override
    public void promote(String lineage) {
        throw new UnsupportedOperationException("there are no lineages");
    }

    @Override
    public void restart() throws Exception {
        server.close();
        start();
    }

    @Override
    public void kill() throws Exception {
        restart();
    }

    @Override
    public void close() throws Exception {
        server.close();
        allocator.close();
    }
}
