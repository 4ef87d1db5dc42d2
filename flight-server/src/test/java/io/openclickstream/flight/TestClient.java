package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.flight.table.Clicks;
import io.openclickstream.schemas.live.PutHeader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightClientMiddleware;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.SyncPutListener;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/** A client of a server under test: puts and reads {@link Clicks}; every call has an end. */
final class TestClient implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final BufferAllocator allocator = new RootAllocator();
    final FlightClient flight;

    TestClient(int port) {
        this(port, null);
    }

    /** @param token sent with every call; null for none */
    TestClient(int port, String token) {
        flight = FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", port))
                .intercept(info -> new Bearer(token))
                .build();
    }

    /**
     * Over TLS.
     *
     * @param trusted the server's certificate
     * @param own shown to the server; null for none
     */
    TestClient(int port, String token, TestTls trusted, TestTls own) throws IOException {
        try (InputStream authority = Files.newInputStream(trusted.certificate());
                InputStream certificate = own == null ? null : Files.newInputStream(own.certificate());
                InputStream key = own == null ? null : Files.newInputStream(own.key())) {
            var builder = FlightClient.builder(allocator, Location.forGrpcTls("localhost", port))
                    .intercept(info -> new Bearer(token))
                    .trustedCertificates(authority);
            flight = own == null
                    ? builder.build()
                    : builder.clientCertificate(certificate, key).build();
        }
    }

    private record Bearer(String token) implements FlightClientMiddleware {
        @Override
        public void onBeforeSendingHeaders(CallHeaders headers) {
            if (token != null) {
                headers.insert("authorization", "Bearer " + token);
            }
        }

        @Override
        public void onHeadersReceived(CallHeaders headers) {}

        @Override
        public void onCallCompleted(CallStatus status) {}
    }

    /** Puts one batch to the table {@code clicks} and returns when it is acknowledged. */
    void put(long seq, List<Clicks> rows) throws Exception {
        put(FlightDescriptor.path("clicks"), Clicks.header(seq, 7L).toBytes(), rows);
    }

    void put(FlightDescriptor descriptor, byte[] header, List<Clicks> rows) throws Exception {
        try (VectorSchemaRoot batch = Clicks.batch(rows, allocator)) {
            put(descriptor, header, batch);
        }
    }

    void put(FlightDescriptor descriptor, byte[] header, VectorSchemaRoot batch) throws Exception {
        try (SyncPutListener answers = new SyncPutListener()) {
            var writer = flight.startPut(descriptor, batch, answers, timeout());
            if (header == null) {
                writer.putNext();
            } else {
                ArrowBuf metadata = allocator.buffer(header.length);
                metadata.writeBytes(header);
                writer.putNext(metadata);
            }
            writer.completed();
            try (PutResult answer = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                if (answer != null) {
                    byte[] acknowledged =
                            new byte[(int) answer.getApplicationMetadata().readableBytes()];
                    answer.getApplicationMetadata().getBytes(0, acknowledged);
                    assertThat(PutHeader.fromBytes(acknowledged)).isEqualTo(PutHeader.fromBytes(header));
                }
            }
            writer.getResult();
        }
    }

    FlightInfo info(String table) {
        return flight.getInfo(FlightDescriptor.path(table), timeout());
    }

    FlightStream stream(String table) {
        return flight.getStream(info(table).getEndpoints().get(0).getTicket(), timeout());
    }

    FlightStream stream(byte[] ticket) {
        return flight.getStream(new Ticket(ticket), timeout());
    }

    /** Values of the first column of all rows, in their order. */
    List<String> keys(String table) throws Exception {
        try (FlightStream stream = stream(table)) {
            List<String> keys = new ArrayList<>();
            while (stream.next()) {
                for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
                    keys.add(stream.getRoot().getVector(0).getObject(row).toString());
                }
            }
            return keys;
        }
    }

    static CallOption timeout() {
        return CallOptions.timeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    static HttpResponse<String> http(int port, String path, String... headers) throws Exception {
        var builder = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE);
        HttpRequest request = (headers.length == 0 ? builder : builder.headers(headers)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() throws Exception {
        flight.close();
        allocator.close();
    }
}
