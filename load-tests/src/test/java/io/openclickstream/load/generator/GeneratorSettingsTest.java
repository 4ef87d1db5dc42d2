package io.openclickstream.load.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.load.generator.GeneratorSettings.Population;
import io.openclickstream.load.generator.GeneratorSettings.Shares;
import io.openclickstream.load.generator.GeneratorSettings.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class GeneratorSettingsTest {
    private static final Instant START = Instant.parse("2026-03-04T10:00:00Z");
    private static final Duration SECOND = Duration.ofSeconds(1);

    @TestFactory
    Stream<DynamicTest> aSettingThatMakesNoSenseIsRefusedByName() {
        Map<String, ThrowingCallable> wrong = Map.ofEntries(
                Map.entry("start", () -> GeneratorSettings.of(1, Instant.EPOCH, 1)),
                Map.entry("clicksPerSecond", () -> GeneratorSettings.of(1, START, 0)),
                Map.entry("users", () -> new Population(9, 1, 1, 1, 1)),
                Map.entry("bots", () -> new Population(10, 0, 1, 1, 1)),
                Map.entry("pages", () -> new Population(10, 1, 0, 1, 1)),
                Map.entry("sites", () -> new Population(10, 1, 1, 0, 1)),
                Map.entry("zipfExponent", () -> new Population(10, 1, 1, 1, Double.NaN)),
                Map.entry("duplicates", () -> new Shares(-0.1, 0, 0, 0, 0, 0)),
                Map.entry("late", () -> new Shares(0, 1.1, 0, 0, 0, 0)),
                Map.entry("malformed", () -> new Shares(0, 0, Double.NaN, 0, 0, 0)),
                Map.entry("future", () -> new Shares(0, 0, 0, 2, 0, 0)),
                Map.entry("more than 1 together", () -> new Shares(0.3, 0.3, 0.3, 0.3, 0, 0)),
                Map.entry(
                        "lateAtMost",
                        () -> new Timing(SECOND, SECOND, SECOND, SECOND.multipliedBy(2), SECOND, SECOND, SECOND)),
                Map.entry("pause", () -> new Timing(SECOND, Duration.ZERO, SECOND, SECOND, SECOND, SECOND, SECOND)),
                Map.entry("24 whole percentages", () -> new DayCurve(List.of(100))),
                Map.entry("mean is 100", () -> new DayCurve(Collections.nCopies(24, 99))));
        return wrong.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> assertThatThrownBy(each.getValue())
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(each.getKey())));
    }

    @Property(tries = 200)
    void theDayCurveTurnsClicksIntoTimesAndBack(
            @ForAll @LongRange(max = 1L << 40) long click, @ForAll @IntRange(min = 1, max = 100_000) int rate) {
        for (DayCurve curve : List.of(DayCurve.FLAT, DayCurve.DAILY)) {
            long micros = curve.microsOf(click, rate);
            assertThat(curve.clicksBefore(micros, rate)).isEqualTo(click);
            assertThat(curve.microsOf(click + 1, rate)).isGreaterThan(micros);
            assertThat(curve.clicksBefore(micros + 1, rate)).isEqualTo(click + 1);
        }
    }
}
