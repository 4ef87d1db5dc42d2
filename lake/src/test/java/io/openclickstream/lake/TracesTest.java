package io.openclickstream.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracesTest {
    private static boolean isIn(String user, String text) {
        return Traces.of(List.of(user)).isIn(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "{\"user_id\":\"7\"}", "uid=7&x=1", "17 and 7", "7\u0000", "x\u00027x"})
    void anIdIsFoundWhereItStandsAlone(String text) {
        assertThat(isIn("7", text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "17", "71", "a7", "\"77\"", "6"})
    void partsOfOtherIdsAreNone(String text) {
        assertThat(isIn("7", text)).isFalse();
    }

    @Test
    void anIdIsFoundAsUrlsAndJsonWriteIt() {
        assertThat(isIn("zoë@x", "?u=zo%C3%AB%40x")).isTrue();
        assertThat(isIn("zoë@x", "{\"u\":\"zo\\u00eb@x\"}")).isTrue();
        assertThat(isIn("a\"b", "{\"u\":\"a\\\"b\"}")).isTrue();
    }

    @Test
    void anIdOfAvroIsFoundByTheLengthBeforeIt() {
        // 24 bytes are written with the length 48, which is the digit 0; the next field's length is a digit as well.
        String id = "abcdefghijklmnopqrstuvwx";
        assertThat(isIn(id, "0" + id + "0")).isTrue();
        assertThat(isIn(id, "1" + id + "0")).isFalse();
    }

    /** The footer of a Parquet file has the length of a bound before it. */
    @Test
    void aLongerIdBehindItsPlainLengthIsNone() {
        assertThat(isIn("user-7", "\u0007user-74")).isFalse();
        assertThat(isIn("user-7", "\u0006user-7x")).isFalse();
    }

    private static boolean isInState(String user, String text) {
        return Traces.inState(List.of(user)).isIn(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anIdOfFlinkIsFoundByTheLengthBeforeItAndAsFlinkWritesItsLetters() {
        // 47 letters are written with the length 48, which is the digit 0; the next field begins with a letter.
        String id = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstu";
        assertThat(isInState(id, "0" + id + "a")).isTrue();
        assertThat(isInState(id, "2" + id + "a")).isFalse();
        byte[] zoe = {4, 'z', 'o', (byte) 0xEB, 1};
        assertThat(Traces.inState(List.of("zoë")).isIn(zoe)).isTrue();
        assertThat(Traces.inState(List.of("zoe")).isIn(zoe)).isFalse();
    }
}
