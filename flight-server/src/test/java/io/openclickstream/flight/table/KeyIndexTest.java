package io.openclickstream.flight.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class KeyIndexTest {

    @Test
    void doesNotGrowForAsManyKeysAsItWasMadeFor() {
        KeyIndex index = new KeyIndex(1000);
        long bytes = index.bytes();
        for (int key = 0; key < 1000; key++) {
            index.add(key, key);
        }
        assertThat(index.bytes()).isEqualTo(bytes).isLessThanOrEqualTo(8 * 4 * 1000);
    }

    /** Places stand for keys here; many keys share a hash, and hashes lie side by side. */
    @Property(tries = 200)
    void findsWhatAMapWouldFind(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 3000) int steps,
            @ForAll @IntRange(min = 1, max = 40) int hashes) {
        Random random = new Random(seed);
        KeyIndex index = new KeyIndex(random.nextInt(200));
        Map<Integer, Integer> hashOfPlace = new HashMap<>();
        List<Integer> places = new ArrayList<>();
        int next = 0;
        for (int step = 0; step < steps; step++) {
            int choice = random.nextInt(5);
            if (choice < 3 || places.isEmpty()) {
                int hash = random.nextInt(hashes) - hashes / 2;
                index.add(hash, next);
                hashOfPlace.put(next, hash);
                places.add(next++);
            } else {
                int place = places.remove(random.nextInt(places.size()));
                int hash = hashOfPlace.remove(place);
                if (choice == 3) {
                    index.remove(hash, place);
                } else {
                    index.move(hash, place, next);
                    hashOfPlace.put(next, hash);
                    places.add(next++);
                }
            }
            if (random.nextInt(50) == 0) {
                index.shrink();
            }
        }
        assertThat(index.size()).isEqualTo(hashOfPlace.size());
        hashOfPlace.forEach((place, hash) ->
                assertThat(index.find(hash, found -> found == place)).isEqualTo(place));
        for (int hash = -hashes; hash <= hashes; hash++) {
            int guess = index.guess(hash);
            assertThat(hashOfPlace.get(guess)).isEqualTo(hashOfPlace.containsValue(hash) ? hash : null);
            assertThat(guess).isGreaterThanOrEqualTo(-1);
        }
        assertThat(index.find(0, found -> false)).isEqualTo(-1);
    }
}
