package io.openclickstream.load.benchmark;

import io.openclickstream.schemas.live.LiveTable;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Reads the live table {@code ledger} as any Flight client can. */
final class LedgerReader implements AutoCloseable {
    private static final long MAX_MEMORY = 64L << 20;
    private static final FlightDescriptor LEDGER = FlightDescriptor.path(LiveTable.LEDGER.tableName());

    private final String topic;
    private final BufferAllocator allocator = new RootAllocator(MAX_MEMORY);
    private final FlightClient client;

    LedgerReader(String flightUri, String topic) {
        this.topic = topic;
        client = FlightClient.builder(allocator, new Location(URI.create(flightUri)))
                .build();
    }

    /**
     * What became of the topic's records so far.
     *
     * @param epoch newest checkpoint that any count includes
     * @param received records read
     * @param outcomes how many of them ended how
     */
    record Totals(long epoch, long received, Map<String, Long> outcomes) {}

    /**
     * The sums over all partitions; empty while the server does not run or the table does not exist.
     *
     * @throws IOException when the server answers otherwise than expected
     */
    Optional<Totals> read() throws IOException {
        try {
            FlightEndpoint endpoint =
                    client.getInfo(LEDGER, limit()).getEndpoints().get(0);
            try (FlightStream rows = client.getStream(endpoint.getTicket(), limit())) {
                return Optional.of(sum(rows));
            }
        } catch (FlightRuntimeException e) {
            if (e.status().code() == FlightStatusCode.NOT_FOUND || e.status().code() == FlightStatusCode.UNAVAILABLE) {
                return Optional.empty();
            }
            throw new IOException(
                    "Cannot read the table ledger: %s %s. See the Flight server's log."
                            .formatted(e.status().code(), e.getMessage()),
                    e);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) { // FlightStream.close() declares it
            throw new IOException("Cannot close the stream of the table ledger: " + e.getMessage(), e);
        }
    }

    private Totals sum(FlightStream rows) {
        Map<String, Long> outcomes = new TreeMap<>();
        long epoch = 0;
        long received = 0;
        while (rows.next()) {
            VectorSchemaRoot batch = rows.getRoot();
            VarCharVector topics = (VarCharVector) batch.getVector("topic");
            for (int row = 0; row < batch.getRowCount(); row++) {
                if (!topics.getObject(row).toString().equals(topic)) {
                    continue;
                }
                epoch = Math.max(epoch, number(batch, "epoch", row));
                received += number(batch, "received", row);
                for (String outcome :
                        new String[] {"accepted", "duplicate", "late", "malformed", "future", "filtered"}) {
                    outcomes.merge(outcome, number(batch, outcome, row), Long::sum);
                }
            }
        }
        return new Totals(epoch, received, outcomes);
    }

    private static long number(VectorSchemaRoot batch, String column, int row) {
        return batch.getVector(column) instanceof IntVector ints
                ? ints.get(row)
                : ((BigIntVector) batch.getVector(column)).get(row);
    }

    private static org.apache.arrow.flight.CallOption limit() {
        return CallOptions.timeout(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        client.close();
        allocator.close();
    }
}
