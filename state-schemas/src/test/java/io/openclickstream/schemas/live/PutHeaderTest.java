package io.openclickstream.schemas.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
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
                    not json                     | it is no JSON (line 1, column 5)
                    {"version":2,                | it is no JSON (line 1, column 14)
                    []                           | it is a list, and must be a JSON object
                    7                            | it is a number, and must be a JSON object
                    null                         | it is null
                    {"version":2}                | 'table' is missing, and must be a text; 'lineage' is missing, and must be a text; 'writer' is missing, and must be a text; and 6 more
                    """)
    void brokenHeaderSaysSo(String text, String message) {
        assertThatThrownBy(() -> PutHeader.fromBytes(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot read the put header: " + message + ".");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    version     | "two"                | is a text, and must be a whole number of 32 bits
                    table       | {}                   | is an object, and must be a text
                    lineage     | ["a"]                | is a list, and must be a text
                    subtask     | 3000000000           | is too large or too small, and must be a whole number of 32 bits
                    parallelism | null                 | is null, and must be a whole number of 32 bits
                    token       | true                 | is true or false, and must be a whole number of 64 bits
                    epoch       | "soon"               | is a text, and must be a whole number of 64 bits
                    seq         | 9300000000000000000  | is too large or too small, and must be a whole number of 64 bits
                    digest      | [1]                  | is a list, and must be a whole number of 64 bits
                    """)
    void fieldThatIsWrongIsNamed(String field, String value, String message) {
        String header = new String(json(""), StandardCharsets.UTF_8)
                .replaceFirst("\"" + field + "\":(\"[^\"]*\"|[0-9]+)", "\"" + field + "\":" + value);
        assertThatThrownBy(() -> PutHeader.fromBytes(header.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot read the put header: '" + field + "' " + message + ".");
    }

    @Test
    void watermarkThatIsWrongIsNamedAsItIsWritten() {
        assertThatThrownBy(() -> PutHeader.fromBytes(json("\"watermark_millis\":[],")))
                .hasMessage(
                        "Cannot read the put header: 'watermark_millis' is a list, and must be a whole number of 64 bits.");
    }

    @Test
    void fieldInAListIsNamedWithItsPlace() {
        String lane =
                "{\"writer\":\"w\",\"subtask\":0,\"token\":1,\"table\":\"t\",\"batches\":1,\"rows\":1,\"digest\":1}";
        String commit = "{\"version\":1,\"lineage\":\"" + LINEAGE + "\",\"epoch\":8,\"lanes\":[" + lane + ","
                + lane.replace("\"rows\":1", "\"rows\":\"many\"") + ",null]}";
        assertThatThrownBy(() -> EpochCommit.fromBytes(commit.getBytes(StandardCharsets.UTF_8)))
                .hasMessage(
                        "Cannot read this commit: 'lanes[1].rows' is a text, and must be a whole number of 64 bits; "
                                + "'lanes[2]' is null, and must be an object.");
    }

    @Test
    void whatBeginsLikeWideCharactersAndIsNoneIsNoText() {
        byte[] bytes = {0, 0, 0, '{', '"', 't', 'e', 's', 't'};
        assertThatThrownBy(() -> PutHeader.fromBytes(bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot read the put header: it is no JSON, nor text in any Unicode encoding.");
    }

    @Property
    void whateverBytesComeNoInsideIsTold(@ForAll("almostHeaders") byte[] bytes) {
        try {
            PutHeader.fromBytes(bytes);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage())
                    .startsWith("Cannot read the put header: ")
                    .doesNotContainIgnoringCase("jackson", "java", "openclickstream", "deserial", "token ", "`");
        }
    }

    /** A good header with some bytes put in at some place, instead of as many or more. */
    @Provide
    Arbitrary<byte[]> almostHeaders() {
        byte[] good = json("");
        return Combinators.combine(
                        Arbitraries.integers().between(0, good.length),
                        Arbitraries.integers().between(0, 40),
                        Arbitraries.of("", "{", "[", "\"", "null", "1e999", ":", ",", "\u0000", "\\u", "\ud800", "[[[")
                                .list()
                                .ofMaxSize(5))
                .as((at, without, with) -> {
                    var bytes = new ByteArrayOutputStream();
                    bytes.write(good, 0, at);
                    bytes.writeBytes(String.join("", with).getBytes(StandardCharsets.UTF_8));
                    int from = Math.min(good.length, at + without);
                    bytes.write(good, from, good.length - from);
                    return bytes.toByteArray();
                });
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
