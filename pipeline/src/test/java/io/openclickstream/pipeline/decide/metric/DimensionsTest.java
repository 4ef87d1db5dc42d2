package io.openclickstream.pipeline.decide.metric;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written by hand is what Jackson would write, and comes back as it was. */
class DimensionsTest {
    @Property
    void writtenAsJacksonWouldAndReadBack(@ForAll("dimensions") List<Object> values) {
        Object[] array = values.toArray();
        String json = DimensionBytes.toJson(bytes(array).copy());
        assertThat(json).isEqualTo(Dimensions.toJson(array));
        assertThat(Dimensions.fromJson(json, array.length)).containsExactly(array);
    }

    @Provide
    static Arbitrary<List<Object>> dimensions() {
        Arbitrary<Object> texts = Arbitraries.strings()
                .withChars("az ,[]{}:/é日\"\\\n\t\u0000\u001f\u007f\u2028\ud83d\ude00-09")
                .all()
                .ofMaxLength(12)
                .map(text -> new String(text.getBytes(UTF_8), UTF_8)); // a lone half of a pair becomes a question mark
        return Arbitraries.oneOf(texts, Arbitraries.longs().map(number -> number))
                .list()
                .ofMaxSize(5);
    }

    @ParameterizedTest
    @MethodSource
    void standsInStateAs(Object[] values, String json) {
        assertThat(DimensionBytes.toJson(bytes(values).copy())).isEqualTo(json);
        assertThat(Dimensions.fromJson(json, values.length)).containsExactly(values);
    }

    @Property
    void equalBytesAreEqualValues(@ForAll("dimensions") List<Object> some, @ForAll("dimensions") List<Object> others) {
        DimensionBytes bytes = bytes(some.toArray());
        assertThat(bytes.isSame(bytes(some.toArray()).copy())).isTrue();
        assertThat(bytes.hash()).isEqualTo(bytes(some.toArray()).hash());
        assertThat(bytes.isSame(bytes(others.toArray()).copy())).isEqualTo(some.equals(others));
    }

    /** Written after something longer, as it happens all the time. */
    private static DimensionBytes bytes(Object[] values) {
        DimensionBytes bytes = new DimensionBytes();
        bytes.text("x".repeat(300));
        bytes.clear();
        for (Object value : values) {
            if (value instanceof Long whole) {
                bytes.whole(whole);
            } else {
                bytes.text((String) value);
            }
        }
        return bytes;
    }

    static Stream<Arguments> standsInStateAs() {
        return Stream.of(
                Arguments.of(new Object[0], "[]"),
                Arguments.of(new Object[] {"shop", "/a,b]"}, "[\"shop\",\"/a,b]\"]"),
                Arguments.of(new Object[] {"", -7L, ""}, "[\"\",-7,\"\"]"),
                Arguments.of(new Object[] {"say \"x\""}, "[\"say \\\"x\\\"\"]"),
                Arguments.of(new Object[] {Long.MIN_VALUE}, "[-9223372036854775808]"));
    }
}
