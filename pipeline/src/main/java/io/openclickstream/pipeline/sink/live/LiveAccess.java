package io.openclickstream.pipeline.sink.live;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightClientMiddleware;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * What the job shows to the Flight server, and whom it takes for it. Only names of files: their content is read anew for
 * each connection where it is used, so that it can change, and is in no option, state or log.
 *
 * @param tokenFile holds a bearer token; null for none
 * @param tlsCa certificates in PEM that the server's must come from; null for those the JVM trusts
 * @param tlsCertificate the job's own certificate in PEM, with {@code tlsKey}; null for none
 */
public record LiveAccess(
        @Nullable String tokenFile,
        @Nullable String tlsCa,
        @Nullable String tlsCertificate,
        @Nullable String tlsKey) implements Serializable {

    /** Shows nothing: for a server that lets everybody in. */
    public static final LiveAccess OPEN = new LiveAccess(null, null, null, null);

    /**
     * Makes a client; it connects with its first call.
     *
     * @throws FlightRuntimeException UNAVAILABLE when a file cannot be read now
     */
    FlightClient client(BufferAllocator allocator, Location location) {
        try (InputStream ca = open(tlsCa);
                InputStream certificate = open(tlsCertificate);
                InputStream key = open(tlsKey)) {
            FlightClient.Builder builder = FlightClient.builder(allocator, location);
            if (ca != null) {
                builder.trustedCertificates(ca);
            }
            if (certificate != null && key != null) {
                builder.clientCertificate(certificate, key);
            }
            if (tokenFile != null) {
                String token = Files.readString(Path.of(tokenFile)).strip();
                builder.intercept(call -> new Bearer(token));
            }
            return builder.build();
        } catch (IOException e) {
            throw FlightStatusCodes.unavailable("a file of live.token-file or live.tls cannot be read: " + e);
        }
    }

    private static @Nullable InputStream open(@Nullable String file) throws IOException {
        return file == null ? null : Files.newInputStream(Path.of(file));
    }

    private static final class Bearer implements FlightClientMiddleware {
        private final String token;

        Bearer(String token) {
            this.token = token;
        }

        @Override
        public void onBeforeSendingHeaders(CallHeaders headers) {
            headers.insert("authorization", "Bearer " + token);
        }

        @Override
        public void onHeadersReceived(CallHeaders headers) {}

        @Override
        public void onCallCompleted(CallStatus status) {}
    }
}
