package io.openclickstream.flight.server;

import io.openclickstream.flight.table.Shown;
import java.net.Socket;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXReason;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.security.auth.x500.X500Principal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Believes those clients whom another trust manager believes, and says in the log whom it does not, and why: TLS tells
 * the client itself no more than a number.
 */
final class ClientTrust extends X509ExtendedTrustManager {
    private static final Logger LOG = LoggerFactory.getLogger(ClientTrust.class);

    private final X509ExtendedTrustManager judge;

    ClientTrust(X509ExtendedTrustManager judge) {
        this.judge = judge;
    }

    private interface Judgement {
        void pass() throws CertificateException;
    }

    private static void judge(X509Certificate[] chain, Judgement judgement) throws CertificateException {
        try {
            judgement.pass();
        } catch (CertificateException e) {
            if (chain.length > 0) {
                LOG.atWarn()
                        .addKeyValue("subject", name(chain[0].getSubjectX500Principal()))
                        .addKeyValue("issuer", name(chain[0].getIssuerX500Principal()))
                        .addKeyValue("reason", reason(chain, e))
                        .log("refused a client's certificate");
            }
            throw e;
        }
    }

    /** Why the first certificate of a chain was not believed. */
    static String reason(X509Certificate[] chain, CertificateException refusal) {
        int index = 0;
        for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathValidatorException path
                    && path.getIndex() >= 0
                    && path.getIndex() < chain.length) {
                index = path.getIndex();
            }
            X509Certificate broken = chain[index];
            String whose = index == 0 ? "it" : "that of its issuer " + name(broken.getSubjectX500Principal());
            if (cause instanceof CertificateExpiredException) {
                return whose + " was valid until " + broken.getNotAfter().toInstant();
            } else if (cause instanceof CertificateNotYetValidException) {
                return whose + " is not valid before " + broken.getNotBefore().toInstant();
            } else if (cause instanceof CertPathBuilderException || isOfAnother(cause)) {
                return "no certificate of tls.client-ca has signed it";
            }
        }
        return Shown.sentence(refusal.getMessage());
    }

    /** Whether an authority that calls itself as one of ours has signed. */
    private static boolean isOfAnother(Throwable cause) {
        return cause instanceof CertPathValidatorException path
                && (path.getReason() == PKIXReason.NO_TRUST_ANCHOR
                        || path.getReason() == BasicReason.INVALID_SIGNATURE);
    }

    private static String name(X500Principal principal) {
        return Shown.sentence(principal.getName());
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        judge(chain, () -> judge.checkClientTrusted(chain, authType, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        judge(chain, () -> judge.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        judge(chain, () -> judge.checkClientTrusted(chain, authType));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        judge.checkServerTrusted(chain, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        judge.checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        judge.checkServerTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return judge.getAcceptedIssuers();
    }
}
