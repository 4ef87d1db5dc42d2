package io.openclickstream.quickstart.endtoend;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Seeded records for a run with faults, in the order in which they are sent. All clicks of a user are in one partition.
 *
 * <ul>
 *   <li>Partitions 0 and 1 carry six hours of clicks out of order within ten seconds.
 *   <li>Partition 2 falls silent after two hours and wakes when the others are through, with clicks of its own time.
 *   <li>Partition 3 replays clicks of the week before, and then catches up.
 * </ul>
 *
 * <p>As long as event time waits for every partition, none of these clicks is late. Every twentieth is sent twice; one
 * record in a hundred claims a time in the future, and one in two hundred is malformed.
 */
final class FaultWorkload {
    static final int IDLE_PARTITION = 2;
    static final int BACKLOG_PARTITION = 3;

    private static final int PARTITIONS = 4;
    private static final int USERS = 240;
    private static final long DISORDER_MILLIS = 10_000;
    private static final Instant START = Instant.parse("2024-03-10T06:00:00Z");
    private static final long ASLEEP_MILLIS = START.plus(Duration.ofHours(2)).toEpochMilli();
    private static final long BACKLOG_MILLIS = Duration.ofDays(7).toMillis();
    private static final long ALLOWED_LATENESS_MILLIS = Duration.ofMinutes(5).toMillis();

    /** Every user clicks at this moment, so event time is the same whichever partition is asked. */
    static final Instant CAUGHT_UP = START.plus(Duration.ofHours(6));

    private final Random random;
    private final InputMaker maker;
    private final Map<Integer, Input> atCaughtUp = new LinkedHashMap<>();
    private final List<Input> untilCatchUp;
    private final List<Input> catchUp;
    private final List<Input> latecomers;
    private final List<Input> afterwards;

    private record Arrival(long at, Input input) {}

    FaultWorkload(long seed) {
        random = new Random(seed);
        maker = new InputMaker(random);
        long caughtUpFrom = CAUGHT_UP.toEpochMilli() + DISORDER_MILLIS;
        List<Arrival> arrivals = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            addUntilCaughtUp(user, arrivals);
        }
        arrivals.sort(Comparator.comparingLong(Arrival::at));
        untilCatchUp = withRefused(arrivals.stream()
                .filter(arrival -> arrival.at() < caughtUpFrom)
                .map(Arrival::input)
                .toList());
        catchUp = withRefused(arrivals.stream()
                .filter(arrival -> arrival.at() >= caughtUpFrom)
                .map(Arrival::input)
                .toList());
        latecomers = makeLatecomers();
        afterwards = withRefused(makeAfterwards());
    }

    /** Until here event time is a week behind: partition 3 has not caught up, and partition 2 is silent. */
    List<Input> untilCatchUp() {
        return untilCatchUp;
    }

    /** Partition 3 catches up, then partition 2 wakes. */
    List<Input> catchUp() {
        return catchUp;
    }

    /**
     * To be sent when event time is complete through {@link #CAUGHT_UP}: per partition clicks just not late, just late,
     * late by hours, and repeated.
     */
    List<Input> latecomers() {
        return latecomers;
    }

    /** More clicks of all users, none of them late. */
    List<Input> afterwards() {
        return afterwards;
    }

    /** Everything, in the order in which it is sent. */
    List<Input> all() {
        List<Input> all = new ArrayList<>(untilCatchUp);
        all.addAll(catchUp);
        all.addAll(latecomers);
        all.addAll(afterwards);
        return all;
    }

    /** The users whose clicks are replayed from the week before. */
    Set<String> backlogUsers() {
        Set<String> users = new TreeSet<>();
        for (int user = BACKLOG_PARTITION; user < USERS; user += PARTITIONS) {
            users.add(name(user));
        }
        return users;
    }

    private void addUntilCaughtUp(int user, List<Arrival> arrivals) {
        int partition = user % PARTITIONS;
        long caughtUp = CAUGHT_UP.toEpochMilli();
        for (long time = START.toEpochMilli() + random.nextInt(3_600_000);
                time < caughtUp;
                time += maker.pauseMillis()) {
            long clicked = partition == BACKLOG_PARTITION ? time - BACKLOG_MILLIS : time;
            Input input = maker.click(name(user), clicked).to(partition);
            long arrival = arrival(partition, time) + random.nextLong(DISORDER_MILLIS);
            arrivals.add(new Arrival(arrival, input));
            if (random.nextInt(20) == 0) {
                arrivals.add(new Arrival(arrival + random.nextInt(5_000), input));
            }
        }
        Input last = maker.click(name(user), caughtUp).to(partition);
        atCaughtUp.put(user, last);
        arrivals.add(new Arrival(arrival(partition, caughtUp) + DISORDER_MILLIS, last));
    }

    /** What partition 2 has kept back comes in its own order after all else. */
    private static long arrival(int partition, long time) {
        return partition == IDLE_PARTITION && time >= ASLEEP_MILLIS
                ? time + CAUGHT_UP.toEpochMilli() + 2 * DISORDER_MILLIS - ASLEEP_MILLIS
                : time;
    }

    private List<Input> makeLatecomers() {
        long justOnTime = RunProgress.watermarkOf(CAUGHT_UP).toEpochMilli() - ALLOWED_LATENESS_MILLIS;
        List<Input> inputs = new ArrayList<>();
        for (int user = 0; user < USERS; user += 1 + random.nextInt(3)) {
            int partition = user % PARTITIONS;
            long hoursAgo = START.toEpochMilli() + random.nextInt(18_000_000);
            inputs.add(maker.click(name(user), justOnTime).to(partition));
            inputs.add(maker.click(name(user), justOnTime - 1).to(partition).late());
            inputs.add(maker.click(name(user), hoursAgo).to(partition).late());
            inputs.add(maker.click(name(user), hoursAgo - BACKLOG_MILLIS)
                    .to(partition)
                    .late());
            inputs.add(atCaughtUp.get(user));
        }
        return inputs;
    }

    private List<Input> makeAfterwards() {
        List<Arrival> arrivals = new ArrayList<>();
        long end = CAUGHT_UP.plus(Duration.ofHours(1)).toEpochMilli();
        for (int user = 0; user < USERS; user++) {
            for (long time = CAUGHT_UP.toEpochMilli() + 1 + random.nextInt(600_000);
                    time < end;
                    time += maker.pauseMillis()) {
                arrivals.add(new Arrival(
                        time + random.nextLong(DISORDER_MILLIS),
                        maker.click(name(user), time).to(user % PARTITIONS)));
            }
        }
        return arrivals.stream()
                .sorted(Comparator.comparingLong(Arrival::at))
                .map(Arrival::input)
                .toList();
    }

    private List<Input> withRefused(List<Input> clicks) {
        List<Input> malformed = InputMaker.refused();
        List<Input> all = new ArrayList<>();
        for (Input click : clicks) {
            all.add(click);
            int chance = random.nextInt(200);
            if (chance < 2) {
                int days = random.nextInt(100_000);
                Instant ahead = Instant.parse("2200-01-01T00:00:00Z").plus(Duration.ofDays(days));
                all.add(InputMaker.future(ahead.toEpochMilli()).to(random.nextInt(PARTITIONS)));
            } else if (chance == 2) {
                all.add(malformed.get(random.nextInt(malformed.size())).to(random.nextInt(PARTITIONS)));
            }
        }
        return all;
    }

    private static String name(int user) {
        return "user-" + user;
    }
}
