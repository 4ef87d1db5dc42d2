package io.openclickstream.pipeline.histories;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Clicks of a few users in any order, some of them sent twice, and moments at which event time moves on: as far as it can
 * without making a click late that comes for the first time.
 *
 * @param steps in the order in which the job sees them
 */
record History(List<Step> steps) {
    private static final long START = 1_711_800_000_000L;
    private static final int LONGEST_MILLIS = 400_000;

    /**
     * One thing that happens.
     *
     * @param click null where event time moves on
     */
    record Step(ReceivedClick click, long watermark) {}

    static History random(Random random, long latenessMillis) {
        List<ReceivedClick> clicks = clicks(random);
        List<ReceivedClick> arrival = new ArrayList<>(clicks);
        if (random.nextInt(4) > 0) {
            // Mostly forward, as in life; else in any order at all.
            arrival.sort((a, b) ->
                    Long.compare(a.click().eventTimeMillis(), b.click().eventTimeMillis()));
            for (int swaps = random.nextInt(2 + arrival.size()); swaps > 0; swaps--) {
                int at = random.nextInt(arrival.size());
                Collections.swap(arrival, at, Math.min(arrival.size() - 1, at + random.nextInt(5)));
            }
        } else {
            Collections.shuffle(arrival, random);
        }
        for (int copies = random.nextInt(4); copies > 0; copies--) {
            int of = random.nextInt(arrival.size());
            arrival.add(of + 1 + random.nextInt(arrival.size() - of), arrival.get(of));
        }
        return new History(withWatermarks(arrival, random, latenessMillis));
    }

    /** Each click once. */
    List<ReceivedClick> clicks() {
        Set<String> ids = new HashSet<>();
        return steps.stream()
                .map(Step::click)
                .filter(click -> click != null
                        && ids.add(click.click().userId() + ' ' + click.click().eventId()))
                .toList();
    }

    private static List<Step> withWatermarks(List<ReceivedClick> arrival, Random random, long latenessMillis) {
        List<Step> steps = new ArrayList<>();
        long watermark = Long.MIN_VALUE;
        for (int i = 0; i < arrival.size(); i++) {
            steps.add(new Step(arrival.get(i), watermark));
            if (random.nextInt(3) == 0) {
                long earliest = Long.MAX_VALUE;
                Set<ReceivedClick> before = new HashSet<>(arrival.subList(0, i + 1));
                for (ReceivedClick later : arrival.subList(i + 1, arrival.size())) {
                    if (!before.contains(later)) {
                        earliest = Math.min(earliest, later.click().eventTimeMillis());
                    }
                }
                long furthest = earliest == Long.MAX_VALUE ? START + LONGEST_MILLIS : earliest + latenessMillis;
                watermark = Math.max(watermark, furthest - random.nextInt(20_000));
                steps.add(new Step(null, watermark));
            }
        }
        return steps;
    }

    private static List<ReceivedClick> clicks(Random random) {
        List<ReceivedClick> clicks = new ArrayList<>();
        int count = 1 + random.nextInt(60);
        int users = 1 + random.nextInt(4);
        int partitions = 1 + random.nextInt(3);
        long[] offsets = new long[partitions];
        for (int i = 0; i < count; i++) {
            int partition = random.nextInt(partitions);
            boolean isPaid = random.nextInt(4) == 0;
            Click click = new Click(
                    "e" + i,
                    random.nextInt(5) == 0 ? "blog" : "shop",
                    "u" + random.nextInt(users),
                    // Often at the same moment, at the gap and at the ends of windows.
                    START + random.nextInt(LONGEST_MILLIS / 5_000) * 5_000L + random.nextInt(2),
                    null,
                    random.nextInt(3) == 0 ? "purchase" : "page_view",
                    null,
                    random.nextInt(6) == 0 ? null : "/" + random.nextInt(3),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    isPaid ? BigDecimal.valueOf(random.nextInt(2_000) - 500, 2) : null,
                    isPaid ? random.nextBoolean() ? "EUR" : "JPY" : null,
                    Map.of());
            var position = new SourcePosition("clicks", partition, offsets[partition]++, 1_000 + random.nextInt(5));
            clicks.add(new ReceivedClick(click, position, null, new byte[0]));
        }
        return clicks;
    }
}
