package io.openclickstream.load.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.load.generator.GeneratedClick;
import io.openclickstream.schemas.click.ReceivedClick;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SteadyRecordsTest {
    private static final SteadySessions SESSIONS = new SteadySessions(1_000);

    @Test
    void ourSourceDecodesTheClicksThatTheFeedHandsOn() throws Exception {
        SteadyRecords records = new SteadyRecords(SESSIONS);
        long from = 123_456;
        try (Feed.Clicks feed = SESSIONS.openAt(from)) {
            for (long position = from; position < from + 2_000; position++) {
                GeneratedClick record = records.apply(position);
                ReceivedClick fed = feed.next();
                ReceivedClick decoded = DecodedClicks.decoded(record);
                assertThat(decoded.click()).as("position %d", position).isEqualTo(fed.click());
                assertThat(decoded.source().offset()).isEqualTo(position);
                assertThat(new String(record.key(), StandardCharsets.UTF_8))
                        .isEqualTo(fed.click().userId());
                assertThat(record.eventTimeMillis()).isEqualTo(fed.click().eventTimeMillis());
                assertThat(record.sendTimeMillis()).isEqualTo(fed.source().ingestionTimeMillis());
            }
        }
    }
}
