package io.openclickstream.flight.server;

import io.openclickstream.flight.access.UnusableFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's certificate and private key, from PEM files that may be replaced while it runs: new connections get the
 * new one. While the two files do not fit together, the last pair that did stays in use.
 */
@SuppressWarnings("NullAway") // the JDK's interface returns null for "none" and says so nowhere
final class TlsFiles extends X509ExtendedKeyManager {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private final Path certificateFile;
    private final Path keyFile;
    private volatile Pair pair;
    private byte[] seen;

    /** @param alias changes with the pair, for those who cache by it */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Pair(String alias, X509Certificate[] chain, PrivateKey key) {}

    /**
     * Reads both files for the first time.
     *
     * @throws UnusableFile when one cannot be used, or they do not fit together
     */
    TlsFiles(Path certificateFile, Path keyFile) throws UnusableFile {
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
        byte[] certificate = read(certificateFile);
        byte[] key = read(keyFile);
        this.pair = pair(certificate, key);
        this.seen = both(certificate, key);
    }

    /** Certificates of a PEM file; one or more. */
    static List<X509Certificate> certificates(Path file) throws UnusableFile {
        return List.of(parseChain(file, read(file)));
    }

    /** Reads the files again if they have changed. Called by one thread. */
    void look() {
        try {
            byte[] certificate = read(certificateFile);
            byte[] key = read(keyFile);
            byte[] now = both(certificate, key);
            if (!Arrays.equals(now, seen)) {
                seen = now;
                pair = pair(certificate, key);
                LOG.atInfo().addKeyValue("file", certificateFile).log("uses a new certificate");
            }
        } catch (UnusableFile e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("keeps the certificate it has");
        }
    }

    private Pair pair(byte[] certificate, byte[] key) throws UnusableFile {
        X509Certificate[] chain = parseChain(certificateFile, certificate);
        PrivateKey secret = parseKey(key);
        try {
            Signature probe = Signature.getInstance(
                    switch (secret.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> secret.getAlgorithm();
                    });
            probe.initSign(secret);
            probe.update(certificate);
            byte[] signature = probe.sign();
            probe.initVerify(chain[0]);
            probe.update(certificate);
            if (probe.verify(signature)) {
                return new Pair("pair-" + chain[0].getSerialNumber() + "-" + Arrays.hashCode(key), chain, secret);
            }
        } catch (GeneralSecurityException e) {
            LOG.debug("key and certificate are of different kinds", e);
        }
        throw new UnusableFile(keyFile, "it is not the key of the first certificate in %s".formatted(certificateFile));
    }

    private PrivateKey parseKey(byte[] pem) throws UnusableFile {
        Matcher key = KEY.matcher(new String(pem, StandardCharsets.US_ASCII));
        if (key.find()) {
            try {
                byte[] der = Base64.getMimeDecoder().decode(String.valueOf(key.group(1)));
                for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
                    try {
                        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
                    } catch (GeneralSecurityException e) {
                        LOG.debug("it is no key of {}", algorithm);
                    }
                }
            } catch (IllegalArgumentException e) {
                LOG.debug("the key is no Base64");
            }
        }
        throw new UnusableFile(
                keyFile,
                "it is no unencrypted private key in PEM (BEGIN PRIVATE KEY). 'openssl pkcs8 -topk8 -nocrypt' makes one "
                        + "of other kinds");
    }

    private static X509Certificate[] parseChain(Path file, byte[] pem) throws UnusableFile {
        try {
            X509Certificate[] chain =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)).stream()
                            .map(X509Certificate.class::cast)
                            .toArray(X509Certificate[]::new);
            if (chain.length > 0) {
                return chain;
            }
        } catch (GeneralSecurityException e) {
            LOG.debug("no certificate", e);
        }
        throw new UnusableFile(file, "it holds no certificate in PEM");
    }

    private static byte[] read(Path file) throws UnusableFile {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UnusableFile(
                    file, "it cannot be read (%s)".formatted(e.getClass().getSimpleName()));
        }
    }

    private static byte[] both(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return chooseServerAlias(keyType, issuers, null);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        Pair now = pair;
        String own = now.key().getAlgorithm();
        // OpenSSL asks for types such as EC_EC and RSA, the JDK for EC and RSA or RSASSA-PSS.
        return keyType.startsWith(own) || (own.equals("EdDSA") && keyType.startsWith("Ed")) ? now.alias() : null;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[] {pair.alias()};
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Pair now = pair;
        return alias.equals(now.alias()) ? now.chain() : null;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Pair now = pair;
        return alias.equals(now.alias()) ? now.key() : null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }
}
