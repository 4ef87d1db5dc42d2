package io.openclickstream.pipeline.decide.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SeenIdsTest {
    /** Whatever is added, seen again and forgotten, it holds what a map would hold. */
    @Property
    void isAMapFromIdToTime(
            @ForAll @Size(max = 60) List<@IntRange(max = 20) Integer> ids, @ForAll @IntRange(max = 60) int since) {
        byte[] seen = {};
        Map<String, Long> expected = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            String eventId = "event-" + ids.get(i);
            SeenIds.Id id = SeenIds.Id.of(eventId);
            int at = SeenIds.find(seen, id);
            assertThat(at >= 0).isEqualTo(expected.containsKey(eventId));
            seen = at < 0 ? SeenIds.with(seen, id, i) : SeenIds.at(seen, at, i);
            expected.put(eventId, (long) i);
        }
        seen = SeenIds.since(seen, since);
        expected.values().removeIf(time -> time < since);
        assertThat(seen.length / SeenIds.BYTES).isEqualTo(expected.size());
        assertThat(SeenIds.earliestMillis(seen))
                .isEqualTo(expected.values().stream()
                        .mapToLong(Long::longValue)
                        .min()
                        .orElse(Long.MAX_VALUE));
        for (Map.Entry<String, Long> each : expected.entrySet()) {
            int at = SeenIds.find(seen, SeenIds.Id.of(each.getKey()));
            assertThat(at).isNotNegative();
            assertThat(SeenIds.timeMillis(seen, at)).isEqualTo(each.getValue());
        }
    }
}
