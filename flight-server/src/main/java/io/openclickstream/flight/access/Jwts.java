package io.openclickstream.flight.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import io.openclickstream.flight.table.Shown;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Believes JWTs that the trusted issuer has signed for us. They need {@code iss}, {@code aud}, {@code sub} and {@code exp};
 * roles and sites are lists of texts in claims of their own, and where a claim is missing there are none.
 */
public final class Jwts {
    /** Signed with private keys only: whoever knows the issuer's public keys must not be able to sign. */
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    private static final int MAX_SITES = 256;

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    private final Trust trust;
    private final Quota quota;

    /**
     * Whom we believe, and where a token says what.
     *
     * @param issuer must be a token's {@code iss}
     * @param audience must be in its {@code aud}
     * @param skew how far the issuer's clock may be from ours
     */
    public record Trust(String issuer, String audience, String rolesClaim, String sitesClaim, Duration skew) {}

    /**
     * @param keys the issuer's public keys, asked for each token
     * @param quota what each of its principals may use
     */
    public Jwts(Trust trust, JWKSource<SecurityContext> keys, Quota quota, InstantSource clock) {
        this.trust = trust;
        this.quota = quota;
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
        var claims =
                new DefaultJWTClaimsVerifier<SecurityContext>(
                        trust.audience(),
                        new JWTClaimsSet.Builder().issuer(trust.issuer()).build(),
                        Set.of("sub", "exp")) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(clock.instant());
                    }
                };
        claims.setMaxClockSkew((int) trust.skew().toSeconds());
        processor.setJWTClaimsSetVerifier(claims);
    }

    /** Whether a token has the form of a JWT. */
    static boolean looksLikeOne(String token) {
        return token.chars().filter(c -> c == '.').count() == 2;
    }

    /**
     * Who a token is for.
     *
     * @throws Refused NOT_SIGNED_IN when it is not to be believed; UNAVAILABLE when the issuer's keys cannot be had now
     */
    Principal principal(String token) throws Refused {
        JWTClaimsSet claims;
        try {
            claims = processor.process(token, null);
        } catch (ParseException e) {
            throw Refused.notSignedIn("Your token is no JWT.");
        } catch (ExpiredJWTException e) {
            throw Refused.notSignedIn("Your JWT has expired. Sign in again.");
        } catch (BadJOSEException e) {
            throw Refused.notSignedIn("Your JWT is not accepted: %s.", Shown.text(String.valueOf(e.getMessage())));
        } catch (KeySourceException e) {
            throw new Refused(
                    Reason.UNAVAILABLE, "The keys of the issuer cannot be had at the moment. Try again in a while.");
        } catch (JOSEException | RuntimeException e) {
            throw Refused.notSignedIn("Your JWT cannot be checked.");
        }
        try {
            return principal(claims);
        } catch (ParseException | IllegalArgumentException e) {
            throw Refused.notSignedIn(
                    "Your JWT is not accepted: its claims 'sub', '%s' and '%s' are not as docs/security.md says.",
                    trust.rolesClaim(), trust.sitesClaim());
        }
    }

    private Principal principal(JWTClaimsSet claims) throws ParseException {
        String subject = claims.getSubject();
        if (!subject.matches("[\\p{Graph}]{1,200}")) {
            throw new IllegalArgumentException("sub");
        }
        Set<Role> roles = new HashSet<>();
        for (String role : texts(claims, trust.rolesClaim())) {
            roles.add(Role.of(role));
        }
        List<String> sites = texts(claims, trust.sitesClaim());
        if (sites.size() > MAX_SITES) {
            throw new IllegalArgumentException("sites");
        }
        Instant until = claims.getExpirationTime().toInstant().plus(trust.skew());
        return new Principal("jwt:" + subject, roles, Sites.of(sites), quota, until);
    }

    private static List<String> texts(JWTClaimsSet claims, String claim) throws ParseException {
        List<String> texts = claims.getStringListClaim(claim);
        if (texts == null) {
            return List.of();
        }
        if (texts.stream().anyMatch(text -> text == null || text.isEmpty())) {
            throw new IllegalArgumentException(claim);
        }
        return texts;
    }
}
