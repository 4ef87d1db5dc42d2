package io.openclickstream.quickstart.endtoend;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** Seeded clicks of a few hours: out of order within ten seconds, repeated, late, broken and from the future. */
final class Workload {
    private static final Instant START = Instant.parse("2024-03-10T06:00:00Z");
    private static final int USERS = 150;
    private static final long DISORDER_MILLIS = 10_000;

    /** Every user clicks at this moment, so that every Kafka partition has a click of it. */
    static final Instant LAST_ON_TIME = START.plus(Duration.ofHours(6));

    private final Random random;
    private final InputMaker maker;

    Workload(long seed) {
        random = new Random(seed);
        maker = new InputMaker(random);
    }

    /** Clicks in order of arrival, none of which can be late, with duplicates among them. */
    List<Input> onTime() {
        record Arrival(long at, Input input) {}
        List<Arrival> arrivals = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            long time = START.toEpochMilli() + random.nextInt(3_600_000);
            while (time < LAST_ON_TIME.toEpochMilli()) {
                Input input = maker.click("user-" + user, time);
                long arrival = time + random.nextLong(DISORDER_MILLIS);
                arrivals.add(new Arrival(arrival, input));
                if (random.nextInt(20) == 0) {
                    arrivals.add(new Arrival(arrival + random.nextInt(5_000), input));
                }
                time += maker.pauseMillis();
            }
            arrivals.add(new Arrival(
                    LAST_ON_TIME.toEpochMilli() + DISORDER_MILLIS,
                    maker.click("user-" + user, LAST_ON_TIME.toEpochMilli())));
        }
        return arrivals.stream()
                .sorted(Comparator.comparingLong(Arrival::at))
                .map(Arrival::input)
                .toList();
    }

    /** What must be refused once event time is complete through {@link #LAST_ON_TIME}, and good clicks between it. */
    List<Input> lateBrokenAndGood() {
        List<Input> inputs = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            inputs.add(maker.click("user-" + i, START.toEpochMilli() + random.nextInt(18_000_000))
                    .late());
            inputs.add(maker.click("user-" + i, LAST_ON_TIME.toEpochMilli() + random.nextInt(200_000)));
        }
        inputs.addAll(InputMaker.refused());
        inputs.add(InputMaker.tooLarge());
        return inputs;
    }
}
