package io.openclickstream.schemas.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
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
            @ForAll long digest,
            @ForAll long watermark) {
        var header = new PutHeader(
                2,
                "sessions",
                LINEAGE,
                "live-sessions",
                parallelism - 1,
                parallelism,
                9,
                epoch,
                seq,
                digest,
                watermark);
        assertThat(PutHeader.fromBytes(header.toBytes())).isEqualTo(header);
    }

    @Test
    void fieldsOfALaterReleaseAreIgnoredAndTheWatermarkMayBeUnknown() {
        assertThat(PutHeader.fromBytes(json("\"priority\":7,")).watermarkMillis())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"version":2}                | Cannot read the put header
                    not json                     | Cannot read the put header
                    []                           | Cannot read the put header
                    null                         | Cannot read the put header
                    """)
    void brokenHeaderSaysSo(String text, String message) {
        assertThatThrownBy(() -> PutHeader.fromBytes(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void rulesOfTheHeaderAreChecked() {
        assertThatThrownBy(() -> header(2, "sessions", LINEAGE, "writer", 2))
                .hasMessageContaining("subtask must be below parallelism");
        assertThatThrownBy(() -> header(1, "sessions", LINEAGE, "writer", 0))
                .hasMessageContaining("different releases");
        assertThatThrownBy(() -> header(2, "../x", LINEAGE, "writer", 0)).hasMessageContaining("lower-case name");
        assertThatThrownBy(() -> header(2, "sessions", "x", "writer", 0)).hasMessageContaining("UUID");
        assertThatThrownBy(() -> header(2, "sessions", LINEAGE, "Writer!", 0)).hasMessageContaining("writer must be");
        assertThatThrownBy(() -> PutHeader.fromBytes(new byte[5000])).hasMessageContaining("5000 bytes");
    }

    @Test
    void messagesOfTheProtocolComeBackAsTheyWent() {
        var opening = new WriterOpening(1, LINEAGE, "live-sessions", 1, 2, 7, "0a1b");
        assertThat(WriterOpening.fromBytes(opening.toBytes())).isEqualTo(opening);
        var opened = new WriterOpened(4, 6);
        assertThat(WriterOpened.fromBytes(opened.toBytes())).isEqualTo(opened);
        var commit = new EpochCommit(
                1, LINEAGE, 8, List.of(new EpochCommit.Lane("live-sessions", 1, 4, "sessions", 3, 20, -5)));
        assertThat(EpochCommit.fromBytes(commit.toBytes())).isEqualTo(commit);
        assertThatThrownBy(() -> new EpochCommit(1, LINEAGE, 8, List.of())).hasMessageContaining("no lanes");
        assertThatThrownBy(() -> new WriterOpening(1, LINEAGE, "live-sessions", 1, 2, 7, ""))
                .hasMessageContaining("job must have");
    }

    private static PutHeader header(int version, String table, String lineage, String writer, int subtask) {
        return new PutHeader(version, table, lineage, writer, subtask, 2, 1, 0, 0, 0, null);
    }

    private static byte[] json(String extra) {
        return ("{" + extra + "\"version\":2,\"table\":\"sessions\",\"lineage\":\"" + LINEAGE
                        + "\",\"writer\":\"live-sessions\",\"subtask\":0,\"parallelism\":1,\"token\":1,\"epoch\":0,\"seq\":0,"
                        + "\"digest\":5}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
