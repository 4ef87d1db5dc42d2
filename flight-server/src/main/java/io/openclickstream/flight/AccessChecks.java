package io.openclickstream.flight;

import io.openclickstream.options.Mistakes;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Refuses options with which strangers could read or write, or secrets would travel for everybody to see. */
final class AccessChecks {
    private AccessChecks() {}

    static void check(FlightServerOptions options, Mistakes wrong) {
        checkReach(options, wrong);
        checkTls(options, wrong);
        checkJwt(options, wrong);
        checkFile(options.authPrincipals(), "auth.principals", wrong);
        checkFile(options.ticketKeys(), "ticket.keys", wrong);
        wrong.require(options.quotaStreams() > 0, "quota.streams", "must be 1 or more");
        wrong.require(
                options.quotaBytesPerSecond() == null
                        || options.quotaBytesPerSecond().bytes() >= 1024,
                "quota.bytes-per-second",
                "is too small. Use at least 1KiB, or leave it out for as many as it takes");
        wrong.require(
                options.quotaMemoryMax() == null || options.quotaMemoryMax().bytes() >= 8 << 20,
                "quota.memory-max",
                "is too small. Use at least 8MiB, or leave it out for no bound but the server's");
        wrong.require(
                options.quotaRequestBytes().bytes() >= 1024
                        && options.quotaRequestBytes().bytes() <= 256 << 10,
                "quota.request-bytes",
                "must be 1KiB to 256KiB");
    }

    private static void checkReach(FlightServerOptions options, Mistakes wrong) {
        if (options.bindHost().isBlank() || isLoopback(options.bindHost())) {
            return;
        }
        wrong.require(
                options.authPrincipals() != null || options.jwtIssuer() != null,
                "bind.host",
                "reaches beyond this machine, and nobody would have to sign in. Give auth.principals, or jwt.issuer with "
                        + "jwt.audience and jwt.keys-file or jwt.keys-url; or use 127.0.0.1. docs/security.md says how");
        wrong.require(
                options.tlsCertificate() != null || options.plaintextAllowed(),
                "bind.host",
                "reaches beyond this machine, and tokens and rows would travel unencrypted. Give tls.certificate and "
                        + "tls.key, or plaintext.allowed=true where something in front encrypts");
    }

    private static void checkTls(FlightServerOptions options, Mistakes wrong) {
        wrong.require(
                options.tlsCertificate() == null || options.tlsKey() != null,
                "tls.key",
                "is missing beside tls.certificate. Give the file of its private key");
        wrong.require(
                options.tlsKey() == null || options.tlsCertificate() != null,
                "tls.certificate",
                "is missing beside tls.key. Give the file of its certificate");
        wrong.require(
                options.tlsClientCa() == null || options.tlsCertificate() != null,
                "tls.client-ca",
                "needs tls.certificate and tls.key beside it");
        wrong.require(
                options.tlsClientCa() == null || options.authPrincipals() != null || options.jwtIssuer() != null,
                "tls.client-ca",
                "says which certificates are genuine, not what their owners may do. Give auth.principals or jwt.issuer");
        checkFile(options.tlsCertificate(), "tls.certificate", wrong);
        checkFile(options.tlsKey(), "tls.key", wrong);
        checkFile(options.tlsClientCa(), "tls.client-ca", wrong);
    }

    private static void checkJwt(FlightServerOptions options, Mistakes wrong) {
        boolean file = options.jwtKeysFile() != null;
        boolean url = options.jwtKeysUrl() != null;
        if (options.jwtIssuer() == null) {
            wrong.require(
                    options.jwtAudience() == null && !file && !url,
                    "jwt.issuer",
                    "is missing beside the other jwt options. Give the 'iss' of the tokens to believe");
            return;
        }
        wrong.require(
                !options.jwtIssuer().isBlank(), "jwt.issuer", "is blank. Give the 'iss' of the tokens to believe");
        wrong.require(
                options.jwtAudience() != null && !options.jwtAudience().isBlank(),
                "jwt.audience",
                "is missing. Name what the issuer puts into 'aud' for this service");
        wrong.require(
                file != url, "jwt.keys-file", "or jwt.keys-url must be given, and not both: the issuer's public keys");
        checkFile(options.jwtKeysFile(), "jwt.keys-file", wrong);
        wrong.require(
                options.jwtKeysUrl() == null || isTrustworthy(options.jwtKeysUrl()),
                "jwt.keys-url",
                "must be an https URL, or an http one of this machine, so that nobody can slip in keys");
        wrong.require(
                !options.jwtClockSkew().isNegative() && options.jwtClockSkew().compareTo(Duration.ofMinutes(10)) <= 0,
                "jwt.clock-skew",
                "must be 0s to 10m");
    }

    private static boolean isTrustworthy(URI url) {
        String host = url.getHost();
        return host != null
                && ("https".equals(url.getScheme()) || ("http".equals(url.getScheme()) && isLoopback(host)));
    }

    private static boolean isLoopback(String host) {
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static void checkFile(@Nullable Path file, String option, Mistakes wrong) {
        wrong.require(
                file == null || (Files.isReadable(file) && !Files.isDirectory(file)),
                option,
                "cannot be read. Give a file that this process may read");
    }
}
