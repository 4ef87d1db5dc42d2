package io.openclickstream.load.benchmark;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.jspecify.annotations.Nullable;

/** A subscriber of the sessions of the probes' site, as any Flight client can be, on a thread of its own. */
final class SessionFollower implements AutoCloseable {
    private final BufferAllocator allocator = new RootAllocator();
    private final FlightClient client;
    private final FlightStream stream;
    private final Probes.View view;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean closed;

    /** @param name of the view, {@code live} or {@code committed} */
    SessionFollower(String flightUri, String name, Probes.View view) {
        this.view = view;
        client = FlightClient.builder(allocator, new Location(URI.create(flightUri)))
                .build();
        String command =
                "{\"table\":\"sessions\",\"view\":\"%s\",\"where\":{\"site_id\":\"%s\"},\"columns\":[\"session_id\",\"user_id\"],\"subscribe\":true}"
                        .formatted(name, Probes.SITE);
        Ticket ticket = client.getInfo(
                        FlightDescriptor.command(command.getBytes(StandardCharsets.UTF_8)),
                        CallOptions.timeout(30, TimeUnit.SECONDS))
                .getEndpoints()
                .get(0)
                .getTicket();
        stream = client.getStream(ticket);
        thread = new Thread(this::follow, "follow-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** @throws IOException when the subscription has ended */
    void check() throws IOException {
        Exception cause = failure.get();
        if (cause != null) {
            throw new IOException("A subscription of the sessions has ended: " + cause.getMessage(), cause);
        }
    }

    @Override
    public void close() throws Exception {
        closed = true;
        stream.cancel("done", null);
        thread.join(TimeUnit.SECONDS.toMillis(10));
        stream.close();
        client.close();
        allocator.close();
    }

    private void follow() {
        try {
            while (stream.next()) {
                long now = System.nanoTime();
                VarCharVector users = (VarCharVector) stream.getRoot().getVector("user_id");
                TinyIntVector changes = (TinyIntVector) stream.getRoot().getVector("_op");
                for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
                    if (changes.get(row) == 0) {
                        view.seen(new String(users.get(row), StandardCharsets.UTF_8), now);
                    }
                }
            }
            throw new IllegalStateException("the server has ended it");
        } catch (RuntimeException e) {
            if (!closed) {
                failure.compareAndSet(null, e);
            }
        }
    }
}
