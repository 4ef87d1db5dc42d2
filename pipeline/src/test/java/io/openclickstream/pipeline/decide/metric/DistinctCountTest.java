package io.openclickstream.pipeline.decide.metric;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.metric.PaneReader;
import io.openclickstream.schemas.metric.PaneWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.datasketches.memory.Memory;
import org.apache.datasketches.theta.SetOperation;
import org.apache.datasketches.theta.Sketches;
import org.apache.datasketches.theta.Union;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sketch and the estimate are those of DataSketches' own union, byte for byte. */
class DistinctCountTest {
    @ParameterizedTest
    @ValueSource(
            ints = {
                0, 1, 2, 3, 7, 8, 9, 10, 63, 64, 65, 1_000, 4_095, 4_096, 4_097, 4_098, 7_679, 8_191, 8_192, 8_193,
                50_000
            })
    void sketchIsTheLibrarys(int different) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < different + different / 3; i++) {
            values.add("user-" + i % Math.max(1, different));
        }
        Collections.shuffle(values, new Random(different));
        var count = new DistinctCount();
        values.forEach(count::add);
        assertIsUnion(count, values);
    }

    @Property
    void mergedInAnyWayItIsTheLibrarys(
            @ForAll @IntRange(max = 9_000) int different,
            @ForAll @IntRange(min = 1, max = 12) int parts,
            @ForAll long seed) {
        Random random = new Random(seed);
        List<Object> values = new ArrayList<>();
        List<DistinctCount> counts = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            counts.add(new DistinctCount());
        }
        for (int i = 0; i < different; i++) {
            Object value = value(random, different);
            values.add(value);
            counts.get(random.nextInt(random.nextInt(parts) + 1)).add(value);
        }
        var writer = new PaneWriter();
        while (counts.size() > 1) {
            DistinctCount merged = counts.remove(random.nextInt(counts.size()));
            DistinctCount into = counts.get(random.nextInt(counts.size()));
            into.merge(written(merged, writer));
        }
        assertIsUnion(counts.get(0), values);
    }

    @Example
    void clearedItIsAsNew() {
        var count = new DistinctCount();
        for (long i = 0; i < 20_000; i++) {
            count.add(i);
        }
        count.clear();
        assertIsUnion(count, List.of());
        count.add("ada");
        assertIsUnion(count, List.of("ada"));
    }

    /** The hash for which room was made is itself one of those that are left out. */
    @Example
    void thetaNeverGrows() {
        var hashes = new DistinctHashes();
        for (long hash = 1; hash <= 2 * DistinctHashes.EXACT + 1; hash++) {
            hashes.add(hash);
        }
        var writer = new PaneWriter();
        hashes.write(writer);
        var reader = new PaneReader();
        reader.begin(writer.block());
        reader.next();
        assertThat(reader.theta()).isEqualTo(DistinctHashes.EXACT + 1);
        assertThat(reader.hashes()).isEqualTo(DistinctHashes.EXACT);
    }

    private static Object value(Random random, int range) {
        int number = random.nextInt(2 * range + 1);
        return switch (random.nextInt(5)) {
            case 0 -> (long) number;
            case 1 -> number % 5 == 0 ? List.of(0.0, -0.0, Double.NaN).get(number % 3) : Double.valueOf(number);
            case 2 -> BigDecimal.valueOf(number, 2);
            default -> number % 7 == 0 ? "" : "ü" + number;
        };
    }

    private static PaneReader written(DistinctCount count, PaneWriter writer) {
        writer.begin();
        count.write(writer);
        var reader = new PaneReader();
        reader.begin(writer.block());
        reader.next();
        return reader;
    }

    private static void assertIsUnion(DistinctCount count, List<Object> values) {
        Union union =
                SetOperation.builder().setNominalEntries(DistinctHashes.EXACT).buildUnion();
        for (Object value : values) {
            if (value instanceof Long whole) {
                union.update(whole);
            } else if (value instanceof Double real) {
                union.update(real);
            } else if (value instanceof BigDecimal exact) {
                union.update(exact.toPlainString());
            } else {
                union.update((String) value);
            }
        }
        assertThat(count.sketch()).isEqualTo(union.getResult().toByteArray());
        assertThat(count.result()).isEqualTo(Math.round(union.getResult().getEstimate()));
        assertThat(Sketches.wrapSketch(Memory.wrap(count.sketch())).getEstimate())
                .isEqualTo(union.getResult().getEstimate());
    }
}
