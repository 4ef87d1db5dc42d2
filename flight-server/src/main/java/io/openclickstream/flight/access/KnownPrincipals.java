package io.openclickstream.flight.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** The principals of a file, found by the digest of a token or by the subject of a certificate. */
public final class KnownPrincipals {
    private final Map<String, Principal> byTokenDigest;
    private final Map<X500Principal, Principal> byCertificate;

    private KnownPrincipals(Map<String, Principal> byTokenDigest, Map<X500Principal, Principal> byCertificate) {
        this.byTokenDigest = Map.copyOf(byTokenDigest);
        this.byCertificate = Map.copyOf(byCertificate);
    }

    /** Nobody. */
    public static KnownPrincipals none() {
        return new Builder().build();
    }

    /** Whose token this is; null when nobody's. */
    @Nullable
    Principal byToken(String token) {
        // A look-up by digest tells nothing by its time: whoever guesses tokens does not choose their digests.
        return byTokenDigest.get(sha256(token));
    }

    /** Whose certificate this is, until it expires at the latest; null when nobody's. */
    @Nullable
    Principal byCertificate(X509Certificate certificate) {
        Principal owner = byCertificate.get(certificate.getSubjectX500Principal());
        if (owner == null) {
            return null;
        }
        Instant end = certificate.getNotAfter().toInstant();
        Instant until = owner.until();
        return until != null && until.isBefore(end)
                ? owner
                : new Principal(owner.name(), owner.roles(), owner.sites(), owner.quota(), end);
    }

    /** The digest under which a file knows a token: SHA-256, in hexadecimal. */
    public static String sha256(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    static final class Builder {
        private final Map<String, Principal> byTokenDigest = new HashMap<>();
        private final Map<X500Principal, Principal> byCertificate = new HashMap<>();

        void token(String digest, Principal principal) {
            if (byTokenDigest.put(digest, principal) != null) {
                throw new IllegalArgumentException("one of its 'token_sha256' stands twice in the file");
            }
        }

        void certificate(X500Principal subject, Principal principal) {
            if (byCertificate.put(subject, principal) != null) {
                throw new IllegalArgumentException("one of its 'certificates' stands twice in the file");
            }
        }

        KnownPrincipals build() {
            return new KnownPrincipals(byTokenDigest, byCertificate);
        }
    }
}
