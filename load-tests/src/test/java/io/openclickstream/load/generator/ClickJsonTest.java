package io.openclickstream.load.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.generator.GeneratorSettings.Shares;
import io.openclickstream.schemas.click.Outcome;
import io.openclickstream.schemas.click.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Currency;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class ClickJsonTest {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final GeneratorSettings SETTINGS =
            GeneratorSettings.of(11, Instant.parse("2026-03-04T10:00:00Z"), 1_000);

    @Test
    void everyFieldIsOneOfTheSchemaAndOfItsType() throws Exception {
        Schema schema;
        try (InputStream avsc =
                ClickJsonTest.class.getResourceAsStream("/io/openclickstream/schemas/kafka/click.avsc")) {
            schema = new Schema.Parser().parse(avsc);
        }
        Set<String> seen = new HashSet<>();
        for (GeneratedClick click : clicks(SETTINGS, 20_000)) {
            if (click.intended() == Outcome.MALFORMED) {
                continue;
            }
            JsonNode json = JSON.readTree(click.value());
            for (Map.Entry<String, JsonNode> field : json.properties()) {
                assertThat(schema.getField(field.getKey())).as(field.getKey()).isNotNull();
                assertThat(fits(
                                field.getValue(),
                                schema.getField(field.getKey()).schema()))
                        .as("%s in %s", field, json)
                        .isTrue();
                seen.add(field.getKey());
            }
            for (Schema.Field field : schema.getFields()) {
                assertThat(field.hasDefaultValue() || json.has(field.name()))
                        .as(field.name())
                        .isTrue();
            }
            assertThat(json.get("user_id").textValue().getBytes(StandardCharsets.UTF_8))
                    .isEqualTo(click.key());
            assertThat(json.get("event_time").longValue()).isEqualTo(click.eventTimeMillis());
        }
        assertThat(seen).hasSizeGreaterThanOrEqualTo(schema.getFields().size() - 2); // all but utm_term and utm_content
    }

    @Test
    void moneyIsExactAndHasTheDigitsOfItsCurrency() throws Exception {
        Set<String> currencies = new HashSet<>();
        Set<Boolean> negative = new HashSet<>();
        for (GeneratedClick click : clicks(SETTINGS.with(new Shares(0, 0, 0, 0, 0, 1)), 5_000)) {
            JsonNode json = JSON.readTree(click.value());
            BigDecimal amount = new BigDecimal(json.get("amount").asText());
            String currency = json.get("currency").textValue();
            assertThat(amount.scale())
                    .isLessThanOrEqualTo(Currency.getInstance(currency).getDefaultFractionDigits());
            assertThat(amount.signum() < 0)
                    .isEqualTo(json.get("event_type").textValue().equals("refund"));
            negative.add(amount.signum() < 0);
            currencies.add(currency);
        }
        assertThat(currencies).containsExactlyInAnyOrder("EUR", "USD", "GBP", "JPY", "KWD");
        assertThat(negative).hasSize(2);
    }

    @Test
    void aBrokenRecordIsBrokenInTheWayItSays() throws Exception {
        Map<Reason, Integer> seen = new EnumMap<>(Reason.class);
        for (GeneratedClick click : clicks(SETTINGS.with(new Shares(0, 0, 1, 0, 0.02, 0.03)), 5_000)) {
            seen.merge(click.reason(), 1, Integer::sum);
            switch (click.reason()) {
                case EMPTY_VALUE -> assertThat(click.value()).isEmpty();
                case NOT_JSON ->
                    assertThatThrownBy(() -> JSON.readTree(click.value())).isInstanceOf(IOException.class);
                case WRONG_TYPE ->
                    assertThat(JSON.readTree(click.value()).get("event_time").isTextual())
                            .isTrue();
                case MISSING_FIELD ->
                    assertThat(JSON.readTree(click.value()).has("user_id")).isFalse();
                case CONTROL_CHARACTER ->
                    assertThat(JSON.readTree(click.value()).get("user_id").textValue())
                            .matches(text -> text.chars().anyMatch(Character::isISOControl));
                case EVENT_TIME_OUT_OF_RANGE ->
                    assertThat(JSON.readTree(click.value()).get("event_time").longValue())
                            .isNegative();
                default -> throw new AssertionError(click.reason());
            }
        }
        assertThat(seen).hasSize(6).allSatisfy((reason, count) -> assertThat(count)
                .isGreaterThan(500));
    }

    @Test
    void onlyARefusedRecordHasAReasonAndItLeadsToItsOutcome() {
        for (GeneratedClick click : clicks(SETTINGS, 20_000)) {
            if (click.intended() == Outcome.ACCEPTED || click.intended() == Outcome.DUPLICATE) {
                assertThat(click.reason()).isNull();
            } else {
                assertThat(click.reason().outcome()).isEqualTo(click.intended());
            }
        }
    }

    private static boolean fits(JsonNode value, Schema schema) {
        return switch (schema.getType()) {
            case UNION -> schema.getTypes().stream().anyMatch(branch -> fits(value, branch));
            case NULL -> value.isNull();
            case STRING -> value.isTextual() && !value.textValue().isEmpty();
            case LONG -> value.isIntegralNumber() && value.canConvertToLong();
            case BYTES -> value.isNumber() || value.textValue().matches("-?\\d{1,18}(\\.\\d{1,9})?");
            case MAP ->
                value.isObject()
                        && value.properties().stream()
                                .allMatch(each -> each.getValue().isTextual());
            default -> false;
        };
    }

    private static List<GeneratedClick> clicks(GeneratorSettings settings, int count) {
        return new ClickGenerator(settings).from(0).limit(count).toList();
    }
}
