package io.openclickstream.schemas.pseudonym;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The secrets that pseudonyms are made with: one by which the clicks of a person are grouped, the same for all time, and
 * those by which the person is shown, one after the other. Immutable; nothing it prints is secret.
 *
 * <p>A key is used for the event times from its own moment to the next one's. Event times before the first key have no
 * key: it was deleted, and with it the way back from the pseudonyms of that time.
 */
public final class PseudonymKeys {
    /** Stands for the period of a time whose key is gone. */
    public static final int NO_PERIOD = -1;

    private static final String GROUPING = "grouping";
    private static final String KEY = "key";

    private final byte[] grouping;
    private final List<PseudonymKey> keys;
    private final long[] fromMillis;

    /**
     * @param keys in the order of their moments, which all differ; not empty
     */
    PseudonymKeys(byte[] grouping, List<PseudonymKey> keys) {
        this.grouping = grouping;
        this.keys = List.copyOf(keys);
        fromMillis = keys.stream().mapToLong(PseudonymKey::fromMillis).toArray();
    }

    /** How many keys there are; periods count from 0. */
    public int periods() {
        return fromMillis.length;
    }

    /** The period of an event time; {@link #NO_PERIOD} before the first key. */
    public int periodAt(long eventTimeMillis) {
        int period = fromMillis.length - 1;
        while (period >= 0 && eventTimeMillis < fromMillis[period]) {
            period--; // nearly every time lies in the last period or in the one before it
        }
        return period;
    }

    byte[] grouping() {
        return grouping;
    }

    byte[] secret(int period) {
        return keys.get(period).secret();
    }

    /**
     * What has to be remembered of these keys to find out later that others were put in their place: a line for the
     * grouping secret and one for each key, with fingerprints from which no secret can be found.
     */
    public List<String> described() {
        List<String> lines = new ArrayList<>();
        lines.add(GROUPING + " " + Pseudonyms.fingerprint(grouping));
        for (PseudonymKey key : keys) {
            lines.add(KEY + " " + key.id() + " " + key.fromMillis() + " " + Pseudonyms.fingerprint(key.secret()));
        }
        return lines;
    }

    /**
     * What is wrong with using these keys where others have been in use. The grouping secret must be the same; a key whose
     * moment has come must be as it was or, like all before it, gone. Keys that nobody can have used yet may change.
     *
     * @param described what {@link #described} has said of the others, perhaps at several moments; not empty
     * @param nowMillis the time by the clock: what begins later is not used yet
     * @return a line each, as half a sentence; empty when they may be used
     */
    public List<String> mistakesAfter(Iterable<String> described, long nowMillis) {
        List<String> mistakes = new ArrayList<>();
        Map<String, PseudonymKey> known = new HashMap<>();
        keys.forEach(key -> known.put(key.id(), key));
        for (String line : described) {
            String[] parts = line.split(" ", -1);
            String mistake = parts[0].equals(GROUPING)
                    ? mistakeOfGrouping(parts[1])
                    : mistakeOfKey(parts[1], Long.parseLong(parts[2]), parts[3], known, nowMillis);
            if (mistake != null && !mistakes.contains(mistake)) {
                mistakes.add(mistake);
            }
        }
        return mistakes;
    }

    private @Nullable String mistakeOfGrouping(String fingerprint) {
        return Pseudonyms.fingerprint(grouping).equals(fingerprint)
                ? null
                : "'grouping' is another secret than before. Open sessions would fall apart: put the former one back, or"
                        + " start a new job with a new lake";
    }

    private @Nullable String mistakeOfKey(
            String id, long from, String fingerprint, Map<String, PseudonymKey> known, long nowMillis) {
        if (from > nowMillis) {
            return null;
        }
        PseudonymKey key = known.get(id);
        if (key == null) {
            return from < fromMillis[0] && fromMillis[0] <= nowMillis
                    ? null
                    : "key '%s' is gone, and is in use or came after one that is there. Delete keys from the first on"
                            .formatted(id);
        }
        return key.fromMillis() == from && Pseudonyms.fingerprint(key.secret()).equals(fingerprint)
                ? null
                : "key '%s' is not what it was, and was in use from %s on. Put it back, and add another key for what comes"
                                .formatted(id, Instant.ofEpochMilli(from))
                        + " later";
    }

    /** The keys' names and moments. */
    @Override
    public String toString() {
        return keys.toString();
    }
}
