package io.openclickstream.pipeline.decide.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** A window finds the panes that it has and no others, however their hashes fall. */
class WindowTallyTest {
    private static final Measure[] NOTHING = {};

    @Property
    void findsWhatWasAdded(
            @ForAll @Size(max = 200) List<@IntRange(max = 60) Integer> values, @ForAll @IntRange(max = 3) int spread) {
        WindowTally window = new WindowTally(0, 60_000);
        Map<Integer, PaneCounts> model = new HashMap<>();
        for (int value : values) {
            DimensionBytes dimensions = dimensions(value);
            // Few hashes for many values, or the same one for all, or such that differ in their upper half only.
            long hash = spread == 3 ? dimensions.hash() : spread == 2 ? (long) value << 32 : value % (spread + 1);
            PaneCounts found = window.find(dimensions, hash);
            assertThat(found).isSameAs(model.get(value));
            if (found == null) {
                PaneCounts pane = new PaneCounts(dimensions.copy(), hash, NOTHING);
                window.add(pane);
                model.put(value, pane);
            }
        }
        assertThat(IntStream.range(0, window.size()).mapToObj(window::pane))
                .containsExactlyInAnyOrderElementsOf(model.values());
    }

    private static DimensionBytes dimensions(int value) {
        DimensionBytes dimensions = new DimensionBytes();
        dimensions.text("page-" + value);
        return dimensions;
    }
}
