package io.openclickstream.pipeline.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.schemas.click.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class CoverageTest {
    private static final Coverage COVERAGE = new Coverage(
            Map.of("clicks", Map.of(0, 10L, 1, 5L), "more", Map.of(0, 1L)),
            Map.of("clicks", Map.of(0, new long[] {2, 3, 7})));

    @Test
    void endsBeforeTheNextOffsetOfEachPartition() {
        assertThat(COVERAGE.covers(at("clicks", 0, 9))).isTrue();
        assertThat(COVERAGE.covers(at("clicks", 0, 10))).isFalse();
        assertThat(COVERAGE.covers(at("clicks", 1, 5))).isFalse();
        assertThat(COVERAGE.covers(at("clicks", 2, 0))).isFalse();
        assertThat(COVERAGE.covers(at("more", 0, 0))).isTrue();
        assertThat(COVERAGE.covers(at("others", 0, 0))).isFalse();
    }

    @Test
    void recordsThatDidNotCountAreNotDecoded() throws Exception {
        var rules = new ClickRules("default", Duration.ofMinutes(5));
        var source = new CoveredClicks(
                new ClickDecoder(new ClickDecoder.Settings(ClickFormat.JSON, null, 1_000, rules)), COVERAGE);
        List<Long> decoded = new ArrayList<>();
        for (long offset = 0; offset < 12; offset++) {
            byte[] value = "no click".getBytes(StandardCharsets.UTF_8);
            source.deserialize(new ConsumerRecord<>("clicks", 0, offset, null, value), new Collector<>() {
                @Override
                public void collect(SourceRecord record) {
                    decoded.add(record.position().offset());
                }

                @Override
                public void close() {}
            });
        }
        assertThat(decoded).containsExactly(0L, 1L, 4L, 5L, 6L, 8L, 9L);
    }

    private static SourcePosition at(String topic, int partition, long offset) {
        return new SourcePosition(topic, partition, offset, 0);
    }
}
