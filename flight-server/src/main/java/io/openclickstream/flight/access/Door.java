package io.openclickstream.flight.access;

import io.openclickstream.flight.table.Refused;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets in those who show a token or a certificate of a known principal, or a JWT of the trusted issuer. Where there is a
 * token, the certificate is not asked.
 */
public final class Door implements Doorkeeper {
    private static final int MAX_TOKEN_CHARACTERS = 12 << 10;

    private final Supplier<KnownPrincipals> known;
    private final @Nullable Jwts jwts;

    /**
     * @param known asked each time, so that it can change
     * @param jwts null when no issuer is trusted
     */
    public Door(Supplier<KnownPrincipals> known, @Nullable Jwts jwts) {
        this.known = known;
        this.jwts = jwts;
    }

    @Override
    public Principal admit(Credential credential, Instant now) throws Refused {
        Principal principal = find(credential);
        if (principal.hasEnded(now)) {
            throw Refused.notSignedIn("The token or certificate of '%s' has expired. Sign in again.", principal.name());
        }
        return principal;
    }

    private Principal find(Credential credential) throws Refused {
        String token = credential.token();
        if (token == null) {
            if (credential.certificate() == null) {
                throw Refused.notSignedIn(
                        "Nobody has signed in. Send the header 'authorization: Bearer ' with your token after it.");
            }
            Principal owner = known.get().byCertificate(credential.certificate());
            if (owner == null) {
                throw Refused.notSignedIn("The subject of your certificate is not known here.");
            }
            return owner;
        }
        if (token.isEmpty() || token.length() > MAX_TOKEN_CHARACTERS) {
            throw Refused.notSignedIn("Your token is empty or too long to be one.");
        }
        if (jwts != null && Jwts.looksLikeOne(token)) {
            return jwts.principal(token);
        }
        Principal owner = known.get().byToken(token);
        if (owner == null) {
            throw Refused.notSignedIn("Your token is not known here, or no longer.");
        }
        return owner;
    }
}
