package io.openclickstream.pipeline.decide.session;

import static io.openclickstream.pipeline.decide.session.SessionStory.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.schemas.session.SeenIds;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SeenIdsTest {
    /** Whatever is added, seen again and forgotten, it holds what a map would hold. */
    @Property
    void isAMapFromIdToTime(
            @ForAll @Size(max = 150) List<@IntRange(max = 90) Integer> ids, @ForAll @IntRange(max = 150) int since) {
        SeenIds seen = new SeenIds();
        Map<String, Long> expected = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            String eventId = "event-" + ids.get(i);
            EventIdHash hash = hash(eventId);
            int place = seen.find(hash.low(), hash.high());
            assertThat(place >= 0).isEqualTo(expected.containsKey(eventId));
            if (place < 0) {
                seen.add(hash.low(), hash.high(), i);
            } else {
                seen.seenAgain(place, i);
            }
            expected.put(eventId, (long) i);
        }
        seen.forgetBefore(since);
        expected.values().removeIf(time -> time < since);
        assertThat(seen.size()).isEqualTo(expected.size());
        assertThat(seen.earliestMillis())
                .isEqualTo(expected.values().stream()
                        .mapToLong(Long::longValue)
                        .min()
                        .orElse(Long.MAX_VALUE));
        expected.forEach((eventId, time) -> {
            EventIdHash hash = hash(eventId);
            int place = seen.find(hash.low(), hash.high());
            assertThat(place).isNotNegative();
            assertThat(seen.timeMillis(place)).isEqualTo(time);
        });
    }

    @Example
    void takesNoMoreThanItsBound() {
        SeenIds seen = new SeenIds();
        for (int i = 0; i < SeenIds.MAX; i++) {
            assertThat(seen.isFull()).isFalse();
            seen.add(i, i, i);
        }
        assertThat(seen.isFull()).isTrue();
        assertThat(seen.size()).isEqualTo(SeenIds.MAX);
        assertThatThrownBy(() -> seen.add(99, 99, 99)).isInstanceOf(IllegalStateException.class);
    }

    private static EventIdHash hash(String eventId) {
        return EventIdHash.of(at(eventId, 0).receivedAs(0).click());
    }
}
