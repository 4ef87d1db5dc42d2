package io.openclickstream.schemas.pseudonym;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class PseudonymsTest {
    private static final String DECEMBER = "2026-12-01T00:00:00Z";
    private static final String GROUPING = secret(0, 32);
    private static final String FIRST = key("2026-11", "2026-11-01T00:00:00Z", secret(32, 64));
    private static final String SECOND = key("2026-12", DECEMBER, secret(64, 104));
    private static final long BEFORE_NOVEMBER = millis("2026-10-31T23:59:59.999Z");
    private static final long IN_DECEMBER = millis("2026-12-15T00:00:00Z");

    /** Found with Python's hmac and the openssl command; what is stored was made like this, so it can never change. */
    @Test
    void formIsFrozen() throws Exception {
        Pseudonyms pseudonyms = new Pseudonyms(keys(FIRST, SECOND));
        assertThat(pseudonyms.all("shop", "ada"))
                .containsExactly(
                        "1f1039e666300fdd30b3a9ed9506ed08",
                        "d7939211ce21a42446ae6ecfa8cffaac",
                        "40f78cbe786d7897badd1992f259908d");
        assertThat(pseudonyms.all("shop", "Zo\u00eb"))
                .containsExactly(
                        "0c843e10b2bd27b89e7e7a7fdfa66ef6",
                        "66a3cc02a421480c31cc790ef2617442",
                        "a80e15703e8c4082ade83ecd96f9f9da");
        assertThat(keys(FIRST).described().get(0)).isEqualTo("grouping 73a39466d9fd4e14");
    }

    @Test
    void sitesAndPersonsAreApartWhereverOneEndsAndTheOtherBegins() throws Exception {
        Pseudonyms pseudonyms = new Pseudonyms(keys(FIRST));
        List<String> one = pseudonyms.all("shop", "ada");
        assertThat(pseudonyms.all("blog", "ada")).doesNotContainAnyElementsOf(one);
        assertThat(pseudonyms.all("shopa", "da")).doesNotContainAnyElementsOf(one);
        assertThat(new Pseudonyms(keys(FIRST)).all("shop", "ada")).isEqualTo(one);
    }

    @Test
    void whoHasTheKeyOfAPeriodFindsTheGroupAgainAndWhoHasAnotherDoesNot() throws Exception {
        Pseudonyms pseudonyms = new Pseudonyms(keys(FIRST, SECOND));
        List<String> all = pseudonyms.all("shop", "ada");
        byte[] shown = ("id=" + all.get(2)).getBytes(StandardCharsets.US_ASCII);
        byte[] group = new byte[Pseudonyms.TEXT_BYTES];
        assertThat(pseudonyms.regroup(shown, 3, 32, 1, group)).isTrue();
        assertThat(new String(group, StandardCharsets.US_ASCII)).isEqualTo(all.get(0));
        assertThat(pseudonyms.regroup(shown, 3, 32, 0, group)).isTrue();
        assertThat(new String(group, StandardCharsets.US_ASCII)).isNotEqualTo(all.get(0));
        assertThat(pseudonyms.regroup(shown, 0, 32, 1, group)).isFalse();
        assertThat(pseudonyms.regroup(shown, 3, 31, 1, group)).isFalse();
    }

    @Test
    void keyIsThatOfTheLatestMomentThatHasCome() throws Exception {
        PseudonymKeys keys = keys(SECOND, FIRST); // in any order
        assertThat(keys.periods()).isEqualTo(2);
        assertThat(keys.periodAt(BEFORE_NOVEMBER)).isEqualTo(PseudonymKeys.NO_PERIOD);
        assertThat(keys.periodAt(BEFORE_NOVEMBER + 1)).isZero();
        assertThat(keys.periodAt(millis(DECEMBER) - 1)).isZero();
        assertThat(keys.periodAt(millis(DECEMBER))).isEqualTo(1);
        assertThat(keys.periodAt(Long.MAX_VALUE)).isEqualTo(1);
    }

    @Test
    void keysThatWereUsedStayOrGoFromTheFirstOn() throws Exception {
        String third = key("2027-01", "2027-01-01T00:00:00Z", secret(110, 142));
        List<String> used = keys(FIRST, SECOND).described();
        assertThat(keys(FIRST, SECOND, third).mistakesAfter(used, IN_DECEMBER)).isEmpty();
        assertThat(keys(SECOND, third).mistakesAfter(used, IN_DECEMBER)).isEmpty();
        assertThat(keys(FIRST, third).mistakesAfter(used, IN_DECEMBER))
                .singleElement()
                .asString()
                .startsWith("key '2026-12' is gone");
        assertThat(keys(third).mistakesAfter(used, IN_DECEMBER))
                .as("the key in use")
                .anyMatch(mistake -> mistake.startsWith("key '2026-12' is gone"));
        assertThat(keys(FIRST, key("2026-12", DECEMBER, secret(110, 142))).mistakesAfter(used, IN_DECEMBER))
                .singleElement()
                .asString()
                .startsWith("key '2026-12' is not what it was");
        assertThat(keys(FIRST, key("2026-12", "2026-12-02T00:00:00Z", secret(64, 104)))
                        .mistakesAfter(used, IN_DECEMBER))
                .singleElement()
                .asString()
                .startsWith("key '2026-12' is not what it was");
        assertThat(keys(FIRST).mistakesAfter(used, millis(DECEMBER) - 1))
                .as("nobody can have used it yet")
                .isEmpty();
    }

    @Test
    void groupingSecretIsForEver() throws Exception {
        PseudonymKeys other = PseudonymKeysFile.parse(file(secret(150, 182), FIRST));
        assertThat(other.mistakesAfter(keys(FIRST).described(), IN_DECEMBER))
                .singleElement()
                .asString()
                .startsWith("'grouping' is another secret than before");
    }

    @Test
    void nothingThatIsPrintedIsSecret() throws Exception {
        assertThat(keys(FIRST, SECOND).toString())
                .isEqualTo("[2026-11 from 2026-11-01T00:00:00Z, 2026-12 from 2026-12-01T00:00:00Z]");
    }

    static PseudonymKeys keys(String... keys) throws WrongKeysException {
        return PseudonymKeysFile.parse(file(GROUPING, keys));
    }

    static byte[] file(String grouping, String... keys) {
        return "{\"grouping\": \"%s\", \"keys\": [%s]}"
                .formatted(grouping, String.join(", ", keys))
                .getBytes(StandardCharsets.UTF_8);
    }

    static String key(String id, String from, String secret) {
        return "{\"id\": \"%s\", \"from\": \"%s\", \"secret\": \"%s\"}".formatted(id, from, secret);
    }

    /** The bytes from one number to another, the latter left out. */
    static String secret(int first, int end) {
        byte[] secret = new byte[end - first];
        for (int i = 0; i < secret.length; i++) {
            secret[i] = (byte) (first + i);
        }
        return Base64.getEncoder().encodeToString(secret);
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }
}
