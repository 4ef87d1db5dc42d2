package io.openclickstream.flight.server;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whom a replica follows, and what it shows there. Only names of files: their content is read anew for each connection,
 * so that it can change, and is in no option or log.
 *
 * @param leader {@code grpc://HOST:PORT}, or {@code grpc+tls://HOST:PORT}
 * @param tokenFile holds a bearer token; null for none
 * @param tlsCa certificates in PEM that the leader's must come from; null for those the JVM trusts
 * @param tlsCertificate the replica's own certificate in PEM, with {@code tlsKey}; null for none
 * @param maxStaleness how long it may be behind and still count as ready
 */
public record FollowSettings(
        URI leader,
        @Nullable Path tokenFile,
        @Nullable Path tlsCa,
        @Nullable Path tlsCertificate,
        @Nullable Path tlsKey,
        Duration maxStaleness) {}
