package io.openclickstream.pipeline.source;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class WireTypeTest {
    @Test
    void clicksComeThroughWhole() throws Exception {
        var whole = new ReceivedClick(
                new Click(
                        "e",
                        "shop",
                        "ädä",
                        1,
                        2L,
                        "purchase",
                        "https://x/p",
                        "/p",
                        "",
                        "s",
                        "m",
                        "c",
                        "t",
                        "n",
                        "DE",
                        "phone",
                        "os",
                        "b",
                        new BigDecimal("-0.000000001"),
                        "EUR",
                        Map.of("k", "v", "", "ü")),
                new SourcePosition("clicks", 3, 1L << 40, 9),
                new byte[] {1},
                new byte[] {2, 3});
        var bare = new ReceivedClick(
                click("e2", "bob", 5, null, null, null), new SourcePosition("other", 0, 0, 0), null, new byte[0]);
        for (ReceivedClick click : List.of(whole, bare, whole)) {
            assertThat(through(WireType.RECEIVED_CLICK.createSerializer(new SerializerConfigImpl()), click))
                    .usingRecursiveComparison()
                    .ignoringFieldsMatchingRegexes(".*texts")
                    .isEqualTo(click);
        }
        assertThat(whole.click().properties()).containsEntry("", "ü").containsEntry("k", "v");
        assertThat(whole.click().amount()).isEqualTo(new BigDecimal("-0.000000001"));
        assertThat(bare.click().sentAtMillis()).isNull();
        assertThat(bare.click().page()).isNull();
    }

    @Test
    void rejectedRecordsComeThroughWhole() throws Exception {
        TypeSerializer<SourceRecord> serializer = WireType.SOURCE_RECORD.createSerializer(new SerializerConfigImpl());
        var position = new SourcePosition("clicks", 3, 7, 9);
        var rejected = new Rejected(Reason.NOT_JSON, "why", position, null, null, new byte[] {1});
        var future = new Rejected(Reason.EVENT_TIME_IN_FUTURE, "why", position, 5L, new byte[] {2}, null);
        for (SourceRecord record : List.of(
                new SourceRecord(null, rejected),
                new SourceRecord(null, future),
                new SourceRecord(received(click("e", "ada", 1)), null))) {
            assertThat(through(serializer, record))
                    .usingRecursiveComparison()
                    .ignoringFieldsMatchingRegexes(".*texts") // made when asked for
                    .isEqualTo(record);
        }
    }

    private static <T> T through(TypeSerializer<T> serializer, T value) throws Exception {
        var out = new DataOutputSerializer(16);
        serializer.serialize(value, out);
        var in = new DataInputDeserializer(out.getCopyOfBuffer());
        T read = serializer.deserialize(in);
        assertThat(in.available()).isZero();
        return read;
    }
}
