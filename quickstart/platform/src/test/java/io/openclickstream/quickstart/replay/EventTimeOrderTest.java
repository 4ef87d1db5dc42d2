package io.openclickstream.quickstart.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class EventTimeOrderTest {
    private record Entry(long time, int index) {}

    @Property(tries = 100)
    void isAStableSortInMemoryAndOnDisk(
            @ForAll @Size(max = 300) List<@IntRange(max = 20) Integer> times,
            @ForAll @IntRange(min = 500, max = 60_000) int memory)
            throws IOException {
        Path folder = Files.createTempDirectory("order");
        List<Entry> entries = IntStream.range(0, times.size())
                .mapToObj(index -> new Entry(times.get(index), index))
                .toList();
        List<Entry> received = new ArrayList<>();
        try (EventTimeOrder order = new EventTimeOrder(folder, memory)) {
            for (Entry entry : entries) {
                order.add(new FileClick(
                        entry.time(),
                        new byte[] {1},
                        String.valueOf(entry.index()).getBytes(StandardCharsets.UTF_8)));
            }
            order.forEach(click -> received.add(new Entry(
                    click.eventTimeMillis(), Integer.parseInt(new String(click.value(), StandardCharsets.UTF_8)))));
            assertThat(order.clicks()).isEqualTo(times.size());
        }
        assertThat(received)
                .isEqualTo(entries.stream()
                        .sorted(Comparator.comparingLong(Entry::time))
                        .toList());
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
        Files.delete(folder);
    }
}
