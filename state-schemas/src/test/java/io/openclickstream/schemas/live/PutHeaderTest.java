package io.openclickstream.schemas.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PutHeaderTest {
    private static final String LINEAGE = new UUID(1, 2).toString();

    @Property
    void comesBackAsItWent(
            @ForAll @IntRange(min = 1, max = 128) int parallelism,
            @ForAll @LongRange(min = 0) long epoch,
            @ForAll @LongRange(min = 0) long seq,
            @ForAll long watermark) {
        var header = new PutHeader(1, "sessions", LINEAGE, parallelism - 1, parallelism, epoch, seq, watermark);
        assertThat(PutHeader.fromBytes(header.toBytes())).isEqualTo(header);
    }

    @Test
    void fieldsOfALaterReleaseAreIgnoredAndTheWatermarkMayBeUnknown() {
        assertThat(PutHeader.fromBytes(json("\"fencing_token\":7,")).watermarkMillis())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"version":1}                | Cannot read the put header
                    not json                     | Cannot read the put header
                    []                           | Cannot read the put header
                    """)
    void brokenHeaderSaysSo(String text, String message) {
        assertThatThrownBy(() -> PutHeader.fromBytes(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void rulesOfTheHeaderAreChecked() {
        assertThatThrownBy(() -> new PutHeader(1, "sessions", LINEAGE, 2, 2, 0, 0, null))
                .hasMessageContaining("subtask must be below parallelism");
        assertThatThrownBy(() -> new PutHeader(2, "sessions", LINEAGE, 0, 2, 0, 0, null))
                .hasMessageContaining("different releases");
        assertThatThrownBy(() -> new PutHeader(1, "../x", LINEAGE, 0, 2, 0, 0, null))
                .hasMessageContaining("lower-case name");
        assertThatThrownBy(() -> new PutHeader(1, "sessions", "x", 0, 2, 0, 0, null))
                .hasMessageContaining("UUID");
        assertThatThrownBy(() -> PutHeader.fromBytes(new byte[5000])).hasMessageContaining("5000 bytes");
    }

    private static byte[] json(String extra) {
        return ("{" + extra + "\"version\":1,\"table\":\"sessions\",\"lineage\":\"" + LINEAGE
                        + "\",\"subtask\":0,\"parallelism\":1,\"epoch\":0,\"seq\":0}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
