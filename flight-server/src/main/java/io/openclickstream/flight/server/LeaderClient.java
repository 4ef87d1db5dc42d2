package io.openclickstream.flight.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightClientMiddleware;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** Connects to a leader. */
final class LeaderClient {
    private LeaderClient() {}

    /**
     * Makes a client; it connects with its first call.
     *
     * @param maxMessageBytes largest message that is taken
     * @throws IOException when a file cannot be read; the message says which
     */
    static FlightClient to(FollowSettings settings, BufferAllocator allocator, int maxMessageBytes) throws IOException {
        try (InputStream ca = open(settings.tlsCa());
                InputStream certificate = open(settings.tlsCertificate());
                InputStream key = open(settings.tlsKey())) {
            FlightClient.Builder builder = FlightClient.builder(allocator, new Location(settings.leader()))
                    .maxInboundMessageSize(maxMessageBytes);
            if (ca != null) {
                builder.trustedCertificates(ca);
            }
            if (certificate != null && key != null) {
                builder.clientCertificate(certificate, key);
            }
            if (settings.tokenFile() != null) {
                String token = Files.readString(settings.tokenFile()).strip();
                builder.intercept(call -> new Bearer(token));
            }
            return builder.build();
        } catch (IOException e) {
            throw new IOException("a file of follow.token-file or follow.tls cannot be read: " + e.getMessage(), e);
        }
    }

    private static @Nullable InputStream open(@Nullable Path file) throws IOException {
        return file == null ? null : Files.newInputStream(file);
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
