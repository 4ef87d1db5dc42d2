package io.openclickstream.flight.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrincipalFileTest {
    private static final String DIGEST = KnownPrincipals.sha256("secret");

    @Test
    void aPrincipalIsFoundByItsToken() {
        KnownPrincipals known = parse("""
                {"principals": [{"name": "ada", "roles": ["reader"], "sites": ["shop"], "token_sha256": ["%s"],
                  "certificates": ["CN=ada, O=Shop"], "expires": "2026-12-31T00:00:00Z",
                  "quota": {"streams": 2, "bytes_per_second": 3, "memory_bytes": 5, "request_bytes": 4}}]}
                """.formatted(DIGEST.toUpperCase(Locale.ROOT)));
        Principal ada = known.byToken("secret");
        assertThat(ada).isNotNull();
        assertThat(ada.sites().names()).containsExactly("shop");
        assertThat(ada.quota()).isEqualTo(new Quota(2, 3, 5, 4));
        assertThat(ada.until()).isEqualTo(Instant.parse("2026-12-31T00:00:00Z"));
        assertThat(known.byToken("Secret")).isNull();
        assertThat(known.byToken(DIGEST)).as("a digest is no token").isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            x                                                              | no JSON (line 1
            {"principals":[]} {}                                           | it is no JSON
            {}                                                             | no object with one field
            {"principals":[{}]}                                            | principal 1 has no 'name'
            {"principals":[{"name":"a b"}]}                                | principal 1 has no 'name'
            {"principals":[{"name":"a","token_sha256":["D"]}]}             | 'a': it has no 'roles'
            {"principals":[{"name":"a","roles":["boss"]}]}                 | there is no role 'boss'
            {"principals":[{"name":"a","roles":["reader"]}]}               | no 'sites'
            {"principals":[{"name":"a","roles":["writer"]}]}               | neither 'token_sha256' nor
            {"principals":[{"name":"a","roles":["writer"],"token_sha256":["12"]}]}  | not 64 hexadecimal digits
            {"principals":[{"name":"a","roles":["writer"],"token_sha256":["D","D"]}]}  | stands twice
            {"principals":[{"name":"a","roles":["writer"],"token":"D"}]}   | field that is none of
            {"principals":[{"name":"a","roles":["writer"],"certificates":["me"]}]}  | 'a':
            {"principals":[{"name":"a","roles":["writer"],"token_sha256":["D"],"expires":"soon"}]}  | 'expires' is not
            {"principals":[{"name":"a","roles":["writer"],"token_sha256":["D"],"quota":{"streams":0}}]}  | 'streams' is not
            {"principals":[{"name":"a","roles":"writer","token_sha256":["D"]}]}  | 'roles' is not a list
            """)
    void aMistakeIsSaidWithoutADigest(String json, String message) {
        assertThatThrownBy(() -> parse(json.replace("\"D\"", '"' + DIGEST + '"')))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining(DIGEST);
    }

    private static KnownPrincipals parse(String json) {
        return new PrincipalFile(Quota.NONE).parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
