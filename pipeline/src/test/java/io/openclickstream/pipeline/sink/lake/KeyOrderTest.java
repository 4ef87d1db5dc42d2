package io.openclickstream.pipeline.sink.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Against the comparison of two keys, which is all that is said of their order. */
class KeyOrderTest {
    /** As the keys of clicks: sites, users, times. */
    @Property(tries = 200)
    void keysOfRows(@ForAll long seed, @ForAll @IntRange(max = 3_000) int count) {
        Random random = new Random(seed);
        int users = 1 + random.nextInt(1_000);
        long span = 1L << random.nextInt(62);
        assertInOrder(keys(count, () -> new SortKey()
                .text("shop-" + random.nextInt(3))
                .text("user-%05d".formatted(random.nextInt(users)))
                .number(random.nextLong(span) - span / 2)
                .number(random.nextInt(2))));
    }

    /** Of any bytes and lengths, some of which begin others, or are the same. */
    @Property(tries = 200)
    void anyKeys(@ForAll long seed, @ForAll @IntRange(max = 3_000) int count, @ForAll @IntRange(max = 30) int most) {
        Random random = new Random(seed);
        int letters = 1 + random.nextInt(3);
        assertInOrder(keys(count, () -> {
            StringBuilder text = new StringBuilder("common");
            for (int i = random.nextInt(most + 1); i > 0; i--) {
                text.append((char) (random.nextBoolean() ? 0x7e + random.nextInt(letters) : 0));
            }
            SortKey key = new SortKey().text(text.toString());
            return random.nextInt(4) == 0 ? key.number(random.nextInt(3) - 1) : key;
        }));
    }

    private static List<SortKey> keys(int count, Supplier<SortKey> key) {
        List<SortKey> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(key.get());
        }
        return keys;
    }

    private static void assertInOrder(List<SortKey> keys) {
        assertThat(KeyOrder.of(keys))
                .containsExactly(IntStream.range(0, keys.size())
                        .boxed()
                        .sorted(Comparator.comparing(keys::get))
                        .mapToInt(Integer::intValue)
                        .toArray());
    }
}
