package io.openclickstream.flight.server;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.openclickstream.flight.access.UnusableFile;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** How both ports encrypt, and which certificates of clients they believe. TLS 1.2 and 1.3. */
final class Tls {
    static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final TlsFiles files;
    private final List<X509Certificate> clientAuthorities;

    /** Reads the files. */
    Tls(AccessSettings.TlsSettings from) throws UnusableFile {
        this.files = new TlsFiles(from.certificate(), from.key());
        this.clientAuthorities = from.clientCa() == null ? List.of() : TlsFiles.certificates(from.clientCa());
    }

    /** Takes up a certificate that was replaced. */
    void look() {
        files.look();
    }

    /** Whether clients must show a certificate. */
    boolean isMutual() {
        return !clientAuthorities.isEmpty();
    }

    /** For Flight: a client without a certificate does not get a connection where one is needed. */
    SslContext forFlight() throws IOException {
        FailedHandshakes.tell();
        SslContextBuilder builder =
                GrpcSslContexts.configure(SslContextBuilder.forServer(files)).protocols(PROTOCOLS);
        if (isMutual()) {
            builder.trustManager(clients()).clientAuth(ClientAuth.REQUIRE);
        }
        return builder.build();
    }

    /** For HTTP: health answers without a certificate, so it is asked for and not demanded. */
    SSLContext forHttp() throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {files}, isMutual() ? new TrustManager[] {clients()} : null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use TLS: " + e.getMessage(), e);
        }
    }

    private TrustManager clients() throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < clientAuthorities.size(); i++) {
                store.setCertificateEntry("ca" + i, clientAuthorities.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager judge) {
                    return new ClientTrust(judge);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use TLS: " + e.getMessage(), e);
        }
        throw new IOException("cannot use TLS: this JDK judges no certificates");
    }
}
