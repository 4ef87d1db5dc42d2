package io.openclickstream.schemas.click;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SiteTextsTest {
    @Test
    void clicksOfASiteHaveOneText() {
        assertThat(of("..a-shop..", 2, 6)).isEqualTo("a-shop").isSameAs(of("a-shop", 0, 6));
        assertThat(of("größe", 0, 7)).isEqualTo("größe").isSameAs(of("größe", 0, 7));
        assertThat(of("a-shop", 0, 5)).isEqualTo("a-sho");
    }

    @Test
    void moreSitesThanAreRememberedAreToldApart() {
        List<String> sites =
                IntStream.range(0, 5_000).mapToObj(number -> "site-" + number).toList();
        for (int round = 0; round < 2; round++) {
            for (String site : sites) {
                assertThat(of(site, 0, site.length())).isEqualTo(site);
            }
        }
    }

    @Test
    void longIdsAreReadAndNotKept() {
        String longest = "s".repeat(SiteTexts.MAX_BYTES);
        String tooLong = longest + "s";
        assertThat(of(longest, 0, longest.length())).isEqualTo(longest).isSameAs(of(longest, 0, longest.length()));
        assertThat(of(tooLong, 0, tooLong.length())).isEqualTo(tooLong).isNotSameAs(of(tooLong, 0, tooLong.length()));
    }

    private static String of(String text, int start, int length) {
        return SiteTexts.of(text.getBytes(StandardCharsets.UTF_8), start, length);
    }
}
