package io.openclickstream.flight.server;

import io.openclickstream.flight.access.Jwts;
import io.openclickstream.flight.access.Quota;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Who is let in and how connections are encrypted. Without principals and issuer everybody is, which is for servers that
 * only their own machine can reach.
 *
 * @param principals file of principals; null for none
 * @param jwt whom to believe; null for no issuer
 * @param jwtKeysFile the issuer's keys; null when they are behind the URL. Where there is an issuer, one of both is given
 * @param quota of those for whom nothing else is said
 * @param tls null for no encryption
 * @param openMetrics whether metrics are told to everybody who can reach the HTTP port
 */
public record AccessSettings(
        @Nullable Path principals,
        Jwts.@Nullable Trust jwt,
        @Nullable Path jwtKeysFile,
        @Nullable URI jwtKeysUrl,
        Quota quota,
        @Nullable TlsSettings tls,
        boolean openMetrics) {

    /**
     * The files that encryption takes.
     *
     * @param clientCa certificates of those who sign clients' certificates, without which no Flight client can connect;
     *     null when clients need none
     */
    public record TlsSettings(
            Path certificate, Path key, @Nullable Path clientCa) {}
}
