package io.openclickstream.load.benchmark;

import io.openclickstream.load.generator.GeneratedClick;
import io.openclickstream.schemas.click.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.OptionalInt;

/**
 * Clicks that are timed. Each is the only one of its user and so makes a session of its own, by which a subscriber knows
 * it; all are of one site, so that a subscription can be to them alone. For any threads.
 */
final class Probes {
    static final String SITE = "probe";
    private static final String USER = "probe-";

    private final String run;
    private final Schedule schedule;
    private final int measuredFrom;
    private final int count;
    private final View live = new View();
    private final View committed = new View();

    /**
     * @param run tells these probes from those of another run
     * @param schedule when each is to be sent
     * @param measuredFrom the first that counts
     * @param count how many there are
     */
    Probes(String run, Schedule schedule, int measuredFrom, int count) {
        this.run = run;
        this.schedule = schedule;
        this.measuredFrom = measuredFrom;
        this.count = count;
    }

    /** Who has come how far in one view of the sessions. */
    final class View {
        private final BitSet seen = new BitSet();
        private final Latencies latencies = new Latencies();

        /** A reader has a session of this user; only the first time counts. */
        synchronized void seen(String userId, long nanos) {
            OptionalInt probe = positionOf(userId);
            if (probe.isPresent() && !seen.get(probe.getAsInt())) {
                seen.set(probe.getAsInt());
                if (probe.getAsInt() >= measuredFrom) {
                    latencies.record(nanos - schedule.intendedNanos(probe.getAsInt()));
                }
            }
        }

        /** How many were never seen by now. */
        synchronized int missing() {
            return count - seen.cardinality();
        }

        /** From the intended time of each probe that counts until it was seen. */
        Latencies latencies() {
            return latencies;
        }
    }

    View live() {
        return live;
    }

    View committed() {
        return committed;
    }

    int count() {
        return count;
    }

    Schedule schedule() {
        return schedule;
    }

    /** The click at a position, which happens when it is meant to be sent. */
    GeneratedClick click(int position, long timeMillis) {
        String user = USER + run + "-" + position;
        String json =
                "{\"event_id\":\"%1$s\",\"site_id\":\"%2$s\",\"user_id\":\"%1$s\",\"event_time\":%3$d,\"event_type\":\"page_view\",\"url\":\"https://probe.example/page\"}"
                        .formatted(user, SITE, timeMillis);
        return new GeneratedClick(
                position,
                user.getBytes(StandardCharsets.UTF_8),
                json.getBytes(StandardCharsets.UTF_8),
                timeMillis,
                timeMillis,
                Outcome.ACCEPTED,
                null);
    }

    private OptionalInt positionOf(String userId) {
        String prefix = USER + run + "-";
        return userId.startsWith(prefix)
                ? OptionalInt.of(Integer.parseInt(userId.substring(prefix.length())))
                : OptionalInt.empty();
    }
}
