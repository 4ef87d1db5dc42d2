package io.openclickstream.schemas.click;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whoever copies the bytes of a click gets what its texts say. */
class ClickPlacesTest {
    private static final Map<String, String> PROPERTIES = properties();

    private final Click click = new Click(
            "",
            "shop",
            "b\u00f6b",
            1,
            null,
            "page_view",
            null,
            "/\u20ac",
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            "\uD83D\uDE00",
            null,
            null,
            PROPERTIES);

    private static Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("b", "\u00e4");
        properties.put("\u00e4", "");
        return properties;
    }

    @Test
    void everyTextStandsWhereItIsSaidToBe() {
        assertThat(text(ClickText.EVENT_ID)).isEmpty();
        assertThat(text(ClickText.SITE_ID)).isEqualTo("shop");
        assertThat(text(ClickText.USER_ID)).isEqualTo("b\u00f6b");
        assertThat(text(ClickText.PAGE)).isEqualTo("/\u20ac");
        assertThat(text(ClickText.BROWSER)).isEqualTo("\uD83D\uDE00");
    }

    @Test
    void textsThatAreNotKnownAreToldApartFromEmptyOnes() {
        assertThat(click.has(ClickText.EVENT_ID)).isTrue();
        assertThat(click.has(ClickText.URL)).isFalse();
        assertThat(click.has(ClickText.AMOUNT)).isFalse();
    }

    @Test
    void propertiesAreToldInTheirOrder() {
        List<String> told = new ArrayList<>();
        click.properties((source, keyStart, keyLength, valueStart, valueLength) ->
                told.add(new String(source, keyStart, keyLength, StandardCharsets.UTF_8)
                        + "="
                        + new String(source, valueStart, valueLength, StandardCharsets.UTF_8)));
        assertThat(told).containsExactly("b=\u00e4", "\u00e4=");
        assertThat(click.properties()).isEqualTo(PROPERTIES);
    }

    private String text(int field) {
        return new String(click.bytes(field), click.textStart(field), click.textLength(field), StandardCharsets.UTF_8);
    }
}
