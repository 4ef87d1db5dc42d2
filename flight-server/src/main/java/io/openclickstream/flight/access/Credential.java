package io.openclickstream.flight.access;

import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * What somebody shows to be let in. Never printed.
 *
 * @param token from a header {@code Authorization: Bearer}; null when there was none
 * @param certificate which the connection has proved to be theirs; null when there was none
 */
public record Credential(@Nullable String token, @Nullable X509Certificate certificate) {
    private static final String BEARER = "Bearer ";

    /** What an Authorization header and a connection show. Of a header of another kind nothing is taken. */
    public static Credential of(@Nullable String authorization, @Nullable X509Certificate certificate) {
        boolean bearer = authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
        return new Credential(
                bearer
                        ? String.valueOf(authorization)
                                .substring(BEARER.length())
                                .strip()
                        : null,
                certificate);
    }

    @Override
    public String toString() {
        return "Credential(hidden)";
    }
}
