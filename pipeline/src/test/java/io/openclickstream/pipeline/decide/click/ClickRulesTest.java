package io.openclickstream.pipeline.decide.click;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.decide.click.Decoded.Refused;
import io.openclickstream.pipeline.decide.click.Decoded.Trusted;
import io.openclickstream.schemas.click.Reason;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClickRulesTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final ClickRules RULES = new ClickRules("default", Duration.ofMinutes(5));

    @Test
    void missingOptionalFieldsGetTheirDefaults() {
        Trusted trusted = (Trusted) decide(raw -> raw.url = "https://shop.example/cart?x=1#top");
        assertThat(trusted.click().siteId()).isEqualTo("default");
        assertThat(trusted.click().eventType()).isEqualTo("page_view");
        assertThat(trusted.click().page()).isEqualTo("/cart");
    }

    @ParameterizedTest
    @CsvSource({
        "0, TRUSTED",
        "300000, TRUSTED",
        "300001, EVENT_TIME_IN_FUTURE",
        "86400000, EVENT_TIME_IN_FUTURE",
        "-1600000000000, TRUSTED",
        "-1600000000001, EVENT_TIME_OUT_OF_RANGE"
    })
    void eventTimeIsBoundedOnBothSides(long afterIngestion, String expected) {
        assertThat(reason(raw -> raw.eventTimeMillis = NOW + afterIngestion)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1_700_000_000L})
    void negativeTimesAndSecondsAreOutOfRange(long eventTime) {
        assertThat(reason(raw -> raw.eventTimeMillis = eventTime)).isEqualTo("EVENT_TIME_OUT_OF_RANGE");
    }

    @ParameterizedTest
    @ValueSource(longs = {253_402_300_799_999L, 1_700_000_000_000_000L, Long.MAX_VALUE})
    void year9999AndMicrosecondsAreInTheFuture(long eventTime) {
        assertThat(reason(raw -> raw.eventTimeMillis = eventTime)).isEqualTo("EVENT_TIME_IN_FUTURE");
    }

    @Test
    void idsAreCheckedAndOtherTextIsMended() {
        assertThat(reason(raw -> raw.userId = null)).isEqualTo("MISSING_FIELD");
        assertThat(reason(raw -> raw.userId = " \t")).isEqualTo("MISSING_FIELD");
        assertThat(reason(raw -> raw.userId = "a\nb")).isEqualTo("CONTROL_CHARACTER");
        assertThat(reason(raw -> raw.userId = "a\0b")).isEqualTo("CONTROL_CHARACTER");
        assertThat(reason(raw -> raw.userId = "a\uD800b")).isEqualTo("BROKEN_TEXT");
        assertThat(reason(raw -> raw.eventId = "x".repeat(1_025))).isEqualTo("FIELD_TOO_LONG");
        assertThat(reason(raw -> raw.userId = "\uD83D\uDE00")).isEqualTo("TRUSTED");
        assertThat(reason(raw -> raw.browser = "x".repeat(65_537))).isEqualTo("FIELD_TOO_LONG");
        assertThat(reason(raw -> raw.referrer = "x".repeat(65_537))).isEqualTo("FIELD_TOO_LONG");
        assertThat(reason(raw -> raw.referrer = "x".repeat(65_536))).isEqualTo("TRUSTED");
        Trusted mended = (Trusted) decide(raw -> raw.referrer = "a\uD800\nb");
        assertThat(mended.click().referrer()).isEqualTo("a\uFFFD\nb");
    }

    @ParameterizedTest
    @CsvSource({
        "12.50, EUR, TRUSTED",
        "-0.000000001, JPY, TRUSTED",
        "999999999999999999.999999999, KWD, TRUSTED",
        "1.0000000000, EUR, TRUSTED",
        "0.0000000001, EUR, AMOUNT_OUT_OF_RANGE",
        "1000000000000000000, EUR, AMOUNT_OUT_OF_RANGE",
        "1E+500000, EUR, AMOUNT_OUT_OF_RANGE",
        "1, , MISSING_CURRENCY",
        "1, eur, MISSING_CURRENCY"
    })
    void amountsAreExactOrRefused(BigDecimal amount, String currency, String expected) {
        assertThat(reason(raw -> {
                    raw.amount = amount;
                    raw.currency = currency;
                }))
                .isEqualTo(expected);
    }

    @Test
    void everyReasonOfTheRulesSaysWhatWasFound() {
        Refused refused = (Refused) decide(raw -> raw.userId = "a\nb");
        assertThat(refused.reason()).isEqualTo(Reason.CONTROL_CHARACTER);
        assertThat(refused.detail()).contains("user_id", "U+000A", "position 1");
        assertThat(refused.eventTimeMillis()).isEqualTo(NOW);
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.example/x/y?z, /x/y",
        "https://a.example, /",
        "https://a.example?x=1, /",
        "/cart, /cart",
        "cart?next=https://b.example/, cart",
        "'//a b', '//a b'",
        "%%%, %%%"
    })
    void pageIsCutFromAnyUrl(String url, String page) {
        assertThat(PagePath.of(url, 100)).isEqualTo(page);
    }

    @Test
    void longPagesAreRefusedWhenNamedAndCutWhenTakenFromTheUrl() {
        assertThat(reason(raw -> raw.page = "x".repeat(2_049))).isEqualTo("FIELD_TOO_LONG");
        Trusted cut = (Trusted) decide(raw -> raw.url = "https://a.example/" + "x".repeat(5_000));
        assertThat(cut.click().page()).hasSize(2_048).startsWith("/x");
    }

    private static String reason(Consumer<RawClick> change) {
        return decide(change) instanceof Refused refused ? refused.reason().name() : "TRUSTED";
    }

    private static Decoded decide(Consumer<RawClick> change) {
        RawClick raw = new RawClick();
        raw.eventId = "e1";
        raw.userId = "ada";
        raw.eventTimeMillis = NOW;
        change.accept(raw);
        return RULES.decide(raw, NOW);
    }
}
