package io.openclickstream.schemas.pseudonym;

import static io.openclickstream.schemas.pseudonym.PseudonymsTest.file;
import static io.openclickstream.schemas.pseudonym.PseudonymsTest.key;
import static io.openclickstream.schemas.pseudonym.PseudonymsTest.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PseudonymKeysFileTest {
    private static final String GROUPING = secret(0, 32);
    private static final String NOVEMBER = "2026-11-01T00:00:00Z";

    @Test
    void everyMistakeIsToldAtOnceAndNoSecret() {
        String tooShort = secret(1, 32);
        byte[] content = file(
                "no base64!",
                key("a", NOVEMBER, tooShort),
                key("a b", "yesterday", secret(40, 72)),
                key("c", NOVEMBER, secret(80, 112)),
                key("d", NOVEMBER, secret(80, 112)),
                key("c", "2026-12-01T00:00:00Z", secret(120, 152)),
                "{\"id\": \"e\", \"form\": \"x\"}",
                "7");
        assertThat(mistakes(content))
                .containsExactly(
                        "'grouping' is no base64 of at least 32 bytes. Make one with: openssl rand -base64 32",
                        "key 'a', 'secret', is no base64 of at least 32 bytes. Make one with: openssl rand -base64 32",
                        "key 2 has no 'id' of at most 63 letters, digits and . _ -",
                        "key 2 has no 'from' such as 2026-12-01T00:00:00Z",
                        "key 'd', 'secret', is the same secret as that of key 'c'. Make one of its own",
                        "key 'e' has a field that is none of from, id, secret",
                        "key 'e' has no 'from' such as 2026-12-01T00:00:00Z",
                        "key 'e', 'secret', is no base64 of at least 32 bytes. Make one with: openssl rand -base64 32",
                        "key 7 is no object with id, from and secret",
                        "several keys are called 'c'. Give each an 'id' of its own");
        assertThat(mistakes(content))
                .noneMatch(mistake -> mistake.contains(tooShort) || mistake.contains("no base64!"));
    }

    @Test
    void momentsAreTheirOwnAndTheGroupingSecretIsNoKey() {
        assertThat(mistakes(file(GROUPING, key("a", NOVEMBER, GROUPING))))
                .containsExactly("key 'a', 'secret', is the same secret as that of 'grouping'. Make one of its own");
        assertThat(mistakes(file(GROUPING, key("a", NOVEMBER, secret(40, 72)), key("b", NOVEMBER, secret(80, 112)))))
                .containsExactly("keys 'a' and 'b' begin at the same moment. Give each a 'from' of its own");
    }

    @Test
    void whatIsNoSuchFileSaysWhereAndNotWhat() {
        assertThat(mistakes(utf8("{\"grouping\": \"" + GROUPING + "\",\n\"keys\": [,]}")))
                .singleElement()
                .asString()
                .startsWith("it is no JSON object (line 2, column ")
                .doesNotContain(GROUPING);
        assertThat(mistakes(utf8("[]"))).hasSize(1);
        assertThat(mistakes(utf8("{} {}")))
                .containsExactly(
                        "it is no JSON object (line 1, column 4). Write {\"grouping\": SECRET, \"keys\": [...]}");
        assertThat(mistakes(new byte[0])).hasSize(1);
        assertThat(mistakes(utf8("{\"grouping\": 7, \"keys\": []}")))
                .hasSize(2)
                .contains("'keys' is no list of 1 to 1000 keys");
        assertThat(mistakes(utf8("{\"grouping\": \"%s\", \"grouping\": \"x\"}".formatted(GROUPING))))
                .singleElement()
                .asString()
                .startsWith("it is no JSON object (line 1");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> mistakes(byte[] content) {
        return catchThrowableOfType(WrongKeysException.class, () -> PseudonymKeysFile.parse(content))
                .mistakes();
    }
}
