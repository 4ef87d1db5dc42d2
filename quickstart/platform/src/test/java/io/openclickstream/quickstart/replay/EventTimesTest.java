package io.openclickstream.quickstart.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventTimesTest {
    private final EventTimes utc = new EventTimes(ZoneOffset.UTC);

    @ParameterizedTest
    @CsvSource({
        "2014-01-07 00:00:15, 2014-01-07T00:00:15Z",
        "2014-01-07T00:00:15, 2014-01-07T00:00:15Z",
        "2014-01-07T00:00:15.250Z, 2014-01-07T00:00:15.250Z",
        "2014-01-07t00:00:15.25+01:00, 2014-01-06T23:00:15.250Z",
        "2014-01-07 00:00:15 +0100, 2014-01-06T23:00:15Z",
        "2014-01-07 00:00, 2014-01-07T00:00:00Z",
        "17/May/2015:10:05:03 +0000, 2015-05-17T10:05:03Z",
        "17/May/2015:10:05:03 -0700, 2015-05-17T17:05:03Z",
        "807256800, 1995-08-01T06:00:00Z",
        "807256800.5, 1995-08-01T06:00:00.500Z",
        "807256800123, 1995-08-01T06:00:00.123Z",
        "1500000000123456, 2017-07-14T02:40:00.123Z",
        "-1, 1969-12-31T23:59:59Z",
    })
    void readsTheTimesThatFilesHold(String text, Instant expected) {
        assertThat(utc.millis(text)).hasValue(expected.toEpochMilli());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "soon",
                "2014-02-30 00:00:00",
                "2014-01-07",
                "25:00",
                "2014-01-07 24:61:00",
                "1e9",
                "12345678901234567890",
                "2014-01-07T00:00:15Zulu",
            })
    void whatIsNoTimeIsNotGuessed(String text) {
        assertThat(utc.millis(text)).isEmpty();
    }

    @Test
    void aTimeWithoutZoneIsReadInTheGivenOneAlsoWhereClocksChange() {
        EventTimes berlin = new EventTimes(ZoneId.of("Europe/Berlin"));
        assertThat(berlin.millis("2024-07-01 12:00:00")).hasValue(millis("2024-07-01T10:00:00Z"));
        assertThat(berlin.millis("2024-07-01 12:00:00Z")).hasValue(millis("2024-07-01T12:00:00Z"));
        assertThat(berlin.millis("2024-03-31 02:30:00")).hasValue(millis("2024-03-31T01:30:00Z"));
        assertThat(berlin.millis("2024-10-27 02:30:00")).hasValue(millis("2024-10-27T00:30:00Z"));
    }

    @Property
    void everyMillisecondIsReadBack(@ForAll @LongRange(min = 100_000_000_000L, max = 4_000_000_000_000L) long millis) {
        assertThat(utc.millis(String.valueOf(millis))).hasValue(millis);
        assertThat(utc.millis(Instant.ofEpochMilli(millis).toString())).hasValue(millis);
        assertThat(utc.millis(DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS")
                        .withZone(ZoneOffset.UTC)
                        .format(Instant.ofEpochMilli(millis))))
                .hasValue(millis);
    }

    @Property
    void noTextMakesItThrow(@ForAll String text) {
        assertThat(utc.millis(text)).isNotNull();
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }
}
