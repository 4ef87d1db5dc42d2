package io.openclickstream.flight.access;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;

/** Where an issuer's public keys come from: a JSON Web Key Set in a file or behind a URL. Both may change at any time. */
public final class IssuerKeys {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration KEPT = Duration.ofMinutes(5);
    /** An unknown key makes us ask anew, but not more often than this, whatever tokens are shown to us. */
    private static final Duration LEAST_PAUSE = Duration.ofSeconds(10);
    /** Keys stay in force so long when the URL does not answer. */
    private static final Duration LONGEST_OUTAGE = Duration.ofHours(4);

    private static final int MAX_BYTES = 1 << 20;

    private IssuerKeys() {}

    /**
     * Reads the content of a file.
     *
     * @throws IllegalArgumentException when it is no key set
     */
    public static JWKSet parse(byte[] content) {
        try {
            JWKSet keys = JWKSet.parse(new String(content, StandardCharsets.UTF_8));
            if (keys.isEmpty()) {
                throw new IllegalArgumentException("it is a JSON Web Key Set without keys");
            }
            return keys.toPublicJWKSet();
        } catch (ParseException e) {
            throw new IllegalArgumentException("it is no JSON Web Key Set", e);
        }
    }

    /** The keys that a file holds now. */
    public static JWKSource<SecurityContext> of(WatchedFile<JWKSet> file) {
        return (selector, context) -> selector.select(file.current());
    }

    /** The keys behind a URL, asked for when they are needed, and kept for five minutes. */
    public static JWKSource<SecurityContext> of(URI url) {
        int patience = (int) PATIENCE.toMillis();
        try {
            return JWKSourceBuilder.create(url.toURL(), new DefaultResourceRetriever(patience, patience, MAX_BYTES))
                    .cache(KEPT.toMillis(), 2L * patience)
                    .refreshAheadCache(false)
                    .rateLimited(LEAST_PAUSE.toMillis())
                    .outageTolerant(LONGEST_OUTAGE.toMillis())
                    .build();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("was checked before: " + url, e);
        }
    }
}
