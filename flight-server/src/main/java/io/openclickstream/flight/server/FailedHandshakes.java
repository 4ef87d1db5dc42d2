package io.openclickstream.flight.server;

import io.netty.handler.ssl.NotSslRecordException;
import io.openclickstream.flight.table.Shown;
import java.security.cert.CertificateException;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in a line of our log why a client got no encrypted connection for Flight calls. Only gRPC hears of it, and tells
 * nobody but the lowest level of its own log, so it is read there. A certificate that was refused is not told again:
 * {@link ClientTrust} has, and knows more.
 */
final class FailedHandshakes implements Filter {
    private static final Logger LOG = LoggerFactory.getLogger(FailedHandshakes.class);

    /** Held, because a logger that nobody holds forgets its filter. */
    private static final java.util.logging.Logger GRPC =
            java.util.logging.Logger.getLogger("io.grpc.netty.WriteBufferingAndExceptionHandler");

    private FailedHandshakes() {}

    /** From now on, for all servers of this process. */
    static void tell() {
        GRPC.setLevel(Level.FINE);
        GRPC.setFilter(new FailedHandshakes());
    }

    /** What gRPC says itself of clients stays unsaid, as elsewhere. */
    @Override
    public boolean isLoggable(LogRecord said) {
        String reason = reason(said.getThrown());
        if (reason != null) {
            LOG.atWarn().addKeyValue("reason", reason).log("a client got no encrypted connection");
        }
        return said.getLevel().intValue() >= Level.SEVERE.intValue();
    }

    /** What the client did wrong; null when that has been told, or it is something else. */
    static @Nullable String reason(@Nullable Throwable failure) {
        SSLException ours = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return null;
            } else if (cause instanceof SSLException ssl && ours == null) {
                ours = ssl;
            }
        }
        if (ours == null) {
            return null;
        } else if (ours instanceof NotSslRecordException) {
            return "it does not speak TLS";
        }
        String text = String.valueOf(ours.getMessage());
        // What the two libraries that may do the work, BoringSSL and the JDK, call it.
        return text.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE") || text.contains("Empty client certificate chain")
                ? "it showed no certificate, and needs one that a certificate of tls.client-ca has signed"
                : Shown.sentence(text);
    }
}
