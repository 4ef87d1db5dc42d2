package io.openclickstream.pipeline.decide.metric;

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
        String json = Dimensions.toJson(array);
        assertThat(json).isEqualTo(Dimensions.toJsonByJackson(array));
        assertThat(Dimensions.fromJson(json, array.length)).containsExactly(array);
    }

    @Provide
    static Arbitrary<List<Object>> dimensions() {
        Arbitrary<Object> texts = Arbitraries.strings()
                .withChars("az ,[]{}:/é日\"\\\n\t\u0000\u001f\u007f\u2028\ud83d\ude00-09")
                .all()
                .ofMaxLength(12)
                .map(text -> text);
        return Arbitraries.oneOf(texts, Arbitraries.longs().map(number -> number))
                .list()
                .ofMaxSize(5);
    }

    @ParameterizedTest
    @MethodSource
    void standsInStateAs(Object[] values, String json) {
        assertThat(Dimensions.toJson(values)).isEqualTo(json);
        assertThat(Dimensions.fromJson(json, values.length)).containsExactly(values);
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
