package io.openclickstream.schemas.click;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
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

    @Test
    void underAPseudonymAllElseIsTheSameAndNothingOfTheUserIsLeft() throws IOException {
        String user = "who-sent-it";
        byte[] value = (user + "shop/page").getBytes(StandardCharsets.UTF_8);
        ClickPacker packer = new ClickPacker();
        packer.reset(value);
        packer.eventTimeMillis(7);
        packer.text(ClickText.EVENT_ID, "e1");
        packer.place(ClickText.USER_ID, 0, user.length());
        packer.place(ClickText.SITE_ID, user.length(), user.length() + 4);
        packer.place(ClickText.PAGE, user.length() + 4, value.length);
        packer.text(ClickText.EVENT_TYPE, "page_view");
        packer.text(ClickText.AMOUNT, "-12.50");
        packer.text(ClickText.CURRENCY, "EUR");
        packer.properties(PROPERTIES);
        Click sent = packer.pack();

        Click shown = packer.underPseudonym(
                sent, "pseudonym".getBytes(StandardCharsets.UTF_8), "group".getBytes(StandardCharsets.UTF_8));

        var bytes = new ByteArrayOutputStream();
        var received = new ReceivedClick(shown, new SourcePosition("clicks", 3, 5, 6), null, new byte[0]);
        new ReceivedClickBytes().write(received, new DataOutputStream(bytes));
        assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("pseudonym").doesNotContain(user);
        Click read = new ReceivedClickBytes()
                .read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())))
                .click();
        assertThat(read).isEqualTo(shown).isNotEqualTo(sent);
        assertThat(read.userId()).isEqualTo("pseudonym");
        assertThat(read.stateUserId()).isEqualTo("group");
        assertThat(sent.stateUserId()).isEqualTo(user);
        assertThat(read.eventTimeMillis()).isEqualTo(7);
        assertThat(read.sentAtMillis()).isEqualTo(sent.sentAtMillis());
        assertThat(read.amount()).isEqualTo("-12.50");
        assertThat(read.properties()).isEqualTo(PROPERTIES);
        for (int field = 0; field < ClickText.GROUP; field++) {
            if (field != ClickText.USER_ID) {
                assertThat(read.isSameText(field, sent)).as("text %d", field).isTrue();
            }
        }
    }

    private String text(int field) {
        return new String(click.bytes(field), click.textStart(field), click.textLength(field), StandardCharsets.UTF_8);
    }
}
