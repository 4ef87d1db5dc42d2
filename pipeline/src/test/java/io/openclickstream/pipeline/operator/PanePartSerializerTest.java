package io.openclickstream.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PanePart;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class PanePartSerializerTest {
    @Test
    void partsArriveAsTheyWereSent() throws Exception {
        List<PanePart> parts = List.of(
                PanePart.of("a", 0, "[]", new Pane(new byte[] {1, 1, 7}, 5)),
                PanePart.of("a", Long.MIN_VALUE, "[\"ä\ud83d日\",-1]", new Pane(new byte[40_000], Long.MAX_VALUE)),
                PanePart.of("b", 0, "[7]", new Pane(new byte[] {1, 0}, 6)), // as long a name as the one before
                PanePart.of("m".repeat(63), 60_000, "[\"" + "x".repeat(5_000) + "\"]", new Pane(new byte[0], -1)),
                PanePart.of("b", 60_000, "[\"shop\"]", new Pane(new byte[] {1}, 0)),
                PanePart.of("b", 60_000, "[\"shop\"]", new Pane(new byte[] {1}, 0)));
        var serializer = PanePartSerializer.TYPE.createSerializer(new SerializerConfigImpl());
        var out = new DataOutputSerializer(64);
        for (PanePart part : parts) {
            serializer.serialize(part, out);
        }
        var in = new DataInputDeserializer(out.getCopyOfBuffer());
        for (PanePart part : parts) {
            PanePart read = serializer.duplicate().deserialize(in);
            assertThat(read).usingRecursiveComparison().isEqualTo(part);
        }
        assertThat(in.available()).isZero();
        in.setBuffer(out.getCopyOfBuffer());
        for (PanePart part : parts) {
            assertThat(serializer.deserialize(in)).usingRecursiveComparison().isEqualTo(part);
        }
    }
}
