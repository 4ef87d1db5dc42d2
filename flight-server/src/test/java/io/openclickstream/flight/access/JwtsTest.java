package io.openclickstream.flight.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.openclickstream.flight.table.Refused;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JwtsTest {
    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
    private static final RSAKey RSA = rsa("one");
    private static final ECKey EC = ec("two");
    private static final Jwts.Trust TRUST =
            new Jwts.Trust("https://issuer.example", "clickstream", "roles", "sites", Duration.ofSeconds(10));

    private Instant now = NOW;
    private final Door door = door(new JWKSet(List.of(RSA.toPublicJWK(), EC.toPublicJWK())));

    @Test
    void aSignedTokenSaysWhoWhatAndUntilWhen() throws Exception {
        Principal ada = admit(sign(RSA, JWSAlgorithm.RS256, claims -> {}));
        assertThat(ada.name()).isEqualTo("jwt:ada");
        assertThat(ada.roles()).containsExactly(Role.READER);
        assertThat(ada.sites()).isEqualTo(new Sites(false, List.of("a", "b")));
        assertThat(ada.until()).isEqualTo(NOW.plusSeconds(70));
        assertThat(admit(sign(EC, JWSAlgorithm.ES256, claims -> claims.claim("sites", List.of("*"))))
                        .sites())
                .isEqualTo(Sites.ALL);
        Principal nobody = admit(sign(
                RSA, JWSAlgorithm.PS512, claims -> claims.claim("roles", null).claim("sites", null)));
        assertThat(nobody.roles()).isEmpty();
        assertThat(nobody.sites()).isEqualTo(new Sites(false, List.of()));
    }

    @Test
    void whatTheIssuerHasNotSignedForUsIsNotBelieved() throws Exception {
        notBelieved(sign(RSA, JWSAlgorithm.RS256, claims -> claims.issuer("https://other.example")), "not accepted");
        notBelieved(sign(RSA, JWSAlgorithm.RS256, claims -> claims.audience("other")), "not accepted");
        notBelieved(sign(RSA, JWSAlgorithm.RS256, claims -> claims.audience((String) null)), "not accepted");
        notBelieved(sign(RSA, JWSAlgorithm.RS256, claims -> claims.subject(null)), "not accepted");
        notBelieved(sign(RSA, JWSAlgorithm.RS256, claims -> claims.subject("a\nb")), "not accepted");
        notBelieved(sign(RSA, JWSAlgorithm.RS256, claims -> claims.expirationTime(null)), "not accepted");
        notBelieved(
                sign(RSA, JWSAlgorithm.RS256, claims -> claims.notBeforeTime(Date.from(NOW.plusSeconds(60)))),
                "not accepted");
        notBelieved(sign(RSA, JWSAlgorithm.RS256, claims -> claims.claim("roles", List.of("king"))), "not accepted");
        notBelieved(sign(RSA, JWSAlgorithm.RS256, claims -> claims.claim("sites", "a")), "not accepted");
        notBelieved(sign(rsa("one"), JWSAlgorithm.RS256, claims -> {}), "not accepted"); // the same name, another key
        notBelieved(sign(rsa("three"), JWSAlgorithm.RS256, claims -> {}), "not accepted");
        notBelieved(new PlainJWT(claims().build()).serialize(), "");
        SignedJWT symmetric = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims().build());
        symmetric.sign(new MACSigner(RSA.toPublicJWK().toRSAPublicKey().getEncoded()));
        notBelieved(symmetric.serialize(), "not accepted");
        SignedJWT otherKind = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID("one")
                        .type(new JOSEObjectType("logout+jwt"))
                        .build(),
                claims().build());
        otherKind.sign(new RSASSASigner(RSA));
        notBelieved(otherKind.serialize(), "not accepted");
    }

    @Test
    void itEndsWhenItExpiresWithinTheSkew() throws Exception {
        String token = sign(RSA, JWSAlgorithm.RS256, claims -> {});
        now = NOW.plusSeconds(69);
        assertThat(admit(token).hasEnded(now)).isFalse();
        now = NOW.plusSeconds(70);
        notBelieved(token, "expired");
    }

    @Property
    void noDamagedTokenIsBelieved(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        String token = sign(EC, JWSAlgorithm.ES256, claims -> {});
        StringBuilder damaged = new StringBuilder(token);
        int signature = token.lastIndexOf('.') - 1; // the last letters carry unused bits, so damage what is signed
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = random.nextInt(signature);
            char other = (char) ('!' + random.nextInt(94));
            damaged.setCharAt(at, other == damaged.charAt(at) ? '~' : other);
        }
        if (damaged.toString().equals(token)) {
            return;
        }
        assertThatThrownBy(() -> admit(damaged.toString())).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Refused.Reason.NOT_SIGNED_IN);
            assertThat(refused.getMessage()).doesNotContain("Exception", "nimbus", "java.");
        });
    }

    @Test
    void keysInAFileRotate(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("keys.json");
        Files.writeString(path, new JWKSet(RSA.toPublicJWK()).toString());
        WatchedFile<JWKSet> file = new WatchedFile<>(path, IssuerKeys::parse);
        Door rotating = new Door(KnownPrincipals::none, new Jwts(TRUST, IssuerKeys.of(file), Quota.NONE, () -> now));
        String old = sign(RSA, JWSAlgorithm.RS256, claims -> {});
        String fresh = sign(EC, JWSAlgorithm.ES256, claims -> {});
        assertThat(rotating.admit(new Credential(old, null), now).name()).isEqualTo("jwt:ada");
        refused(() -> rotating.admit(new Credential(fresh, null), now), "not accepted");

        Files.writeString(path, new JWKSet(EC.toPublicJWK()).toString());
        file.look();
        assertThat(rotating.admit(new Credential(fresh, null), now).name()).isEqualTo("jwt:ada");
        refused(() -> rotating.admit(new Credential(old, null), now), "not accepted");

        Files.writeString(path, "{}");
        file.look();
        assertThat(rotating.admit(new Credential(fresh, null), now).name()).isEqualTo("jwt:ada");
    }

    @Test
    void keysBehindAUrlAreAskedForWhenAKeyIsUnknown() throws Exception {
        AtomicReference<JWKSet> published = new AtomicReference<>(new JWKSet(RSA.toPublicJWK()));
        HttpServer issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/keys", exchange -> {
            byte[] body = published.get().toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        issuer.start();
        try {
            URI url = URI.create("http://localhost:" + issuer.getAddress().getPort() + "/keys");
            Door remote = new Door(KnownPrincipals::none, new Jwts(TRUST, IssuerKeys.of(url), Quota.NONE, () -> now));
            assertThat(remote.admit(new Credential(sign(RSA, JWSAlgorithm.RS256, claims -> {}), null), now)
                            .name())
                    .isEqualTo("jwt:ada");
            published.set(new JWKSet(List.of(RSA.toPublicJWK(), EC.toPublicJWK())));
            assertThat(remote.admit(new Credential(sign(EC, JWSAlgorithm.ES256, claims -> {}), null), now)
                            .name())
                    .isEqualTo("jwt:ada");
        } finally {
            issuer.stop(0);
        }
        Door unreachable = new Door(
                KnownPrincipals::none,
                new Jwts(TRUST, IssuerKeys.of(URI.create("http://localhost:1/keys")), Quota.NONE, () -> now));
        assertThatThrownBy(() -> unreachable.admit(new Credential(sign(RSA, JWSAlgorithm.RS256, c -> {}), null), now))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Refused.Reason.UNAVAILABLE));
    }

    private Door door(JWKSet keys) {
        return new Door(
                KnownPrincipals::none,
                new Jwts(TRUST, (selector, context) -> selector.select(keys), Quota.NONE, () -> now));
    }

    private Principal admit(String token) throws Refused {
        return door.admit(new Credential(token, null), now);
    }

    private void notBelieved(String token, String message) {
        refused(() -> admit(token), message);
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Refused.Reason.NOT_SIGNED_IN))
                .hasMessageContaining(message);
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("https://issuer.example")
                .audience("clickstream")
                .subject("ada")
                .expirationTime(Date.from(NOW.plusSeconds(60)))
                .claim("roles", List.of("reader"))
                .claim("sites", List.of("b", "a"));
    }

    private static String sign(JWK key, JWSAlgorithm algorithm, Consumer<JWTClaimsSet.Builder> change)
            throws Exception {
        JWTClaimsSet.Builder claims = claims();
        change.accept(claims);
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), claims.build());
        JWSSigner signer = key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner((ECKey) key);
        token.sign(signer);
        return token.serialize();
    }

    private static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    private static ECKey ec(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }
}
