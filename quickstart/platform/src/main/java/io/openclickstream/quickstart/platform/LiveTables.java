package io.openclickstream.quickstart.platform;

import io.openclickstream.schemas.live.LiveMetadata;
import io.openclickstream.schemas.live.LiveTable;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** Reads the live tables as any Flight client can. Safe for use by many threads, one call at a time. */
public final class LiveTables implements AutoCloseable {
    private static final long MAX_MEMORY = 256L << 20;

    private final URI address;
    private final BufferAllocator allocator = new RootAllocator(MAX_MEMORY);
    private @Nullable FlightClient client;

    LiveTables(URI address) {
        this.address = address;
    }

    /**
     * The live sessions.
     *
     * @param open may still grow
     * @param closed final, and not yet older than the server keeps
     * @param completeThrough event time up to which no on-time click is missing; empty before the first watermark
     */
    public record Sessions(long open, long closed, Optional<Instant> completeThrough) {}

    /** The ledger over all partitions; empty while the server or the table isn't there. */
    public Optional<Ledger> ledger() {
        return read(LiveTable.LEDGER, rows -> {
            Ledger sum = Ledger.NOTHING;
            while (rows.next()) {
                VectorSchemaRoot batch = rows.getRoot();
                for (int row = 0; row < batch.getRowCount(); row++) {
                    sum = sum.plus(new Ledger(
                            number(batch, "epoch", row),
                            number(batch, "received", row),
                            number(batch, "accepted", row),
                            number(batch, "duplicate", row),
                            number(batch, "late", row),
                            number(batch, "malformed", row),
                            number(batch, "future", row),
                            number(batch, "filtered", row)));
                }
            }
            return sum;
        });
    }

    /** How many sessions there are; empty while the server or the table isn't there. */
    public Optional<Sessions> sessions() {
        return read(LiveTable.SESSIONS, rows -> {
            long open = 0;
            long closed = 0;
            while (rows.next()) {
                BitVector isFinal = (BitVector) rows.getRoot().getVector("is_final");
                for (int row = 0; row < isFinal.getValueCount(); row++) {
                    closed += isFinal.get(row);
                    open += 1 - isFinal.get(row);
                }
            }
            String completeThrough = rows.getSchema().getCustomMetadata().get(LiveMetadata.COMPLETE_THROUGH);
            return new Sessions(
                    open,
                    closed,
                    Optional.ofNullable(completeThrough).map(millis -> Instant.ofEpochMilli(Long.parseLong(millis))));
        });
    }

    @Override
    public synchronized void close() throws InterruptedException {
        if (client != null) {
            client.close();
        }
        allocator.close();
    }

    private synchronized <T> Optional<T> read(LiveTable table, Function<FlightStream, T> reader) {
        try {
            FlightClient connected = connected();
            FlightDescriptor descriptor = FlightDescriptor.path(table.tableName());
            FlightEndpoint endpoint =
                    connected.getInfo(descriptor, bound()).getEndpoints().get(0);
            try (FlightStream rows = connected.getStream(endpoint.getTicket(), bound())) {
                return Optional.of(reader.apply(rows));
            }
        } catch (FlightRuntimeException e) {
            return Optional.empty(); // not there yet, or just being started again
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) { // FlightStream.close() declares it
            throw new IllegalStateException("Cannot close the stream of table " + table.tableName(), e);
        }
    }

    private FlightClient connected() {
        if (client == null) {
            client = FlightClient.builder(allocator, new Location(address)).build();
        }
        return client;
    }

    private static long number(VectorSchemaRoot batch, String column, int row) {
        return ((BigIntVector) batch.getVector(column)).get(row);
    }

    private static CallOption bound() {
        return CallOptions.timeout(5, TimeUnit.SECONDS);
    }
}
