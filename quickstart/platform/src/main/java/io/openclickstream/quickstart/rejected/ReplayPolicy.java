package io.openclickstream.quickstart.rejected;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Decides which refused records are sent again. Pure.
 *
 * @param topic that is sent to; records of others are left alone
 * @param isAgain whether to send those as well that were sent before and refused again
 */
record ReplayPolicy(String topic, boolean isAgain, Set<Position> sent, Set<Position> arrived) {
    /** What is done with a record. */
    enum Verdict {
        SEND,
        /** It was sent again before. */
        SENT_BEFORE,
        /** It is itself a record that was sent again, and was refused again. */
        REFUSED_AGAIN,
        OTHER_TOPIC
    }

    /**
     * Makes the decisions.
     *
     * @param replayed where each record that was sent again has come to stand
     */
    static ReplayPolicy of(String topic, boolean isAgain, Map<Position, Position> replayed) {
        return new ReplayPolicy(topic, isAgain, Set.copyOf(replayed.keySet()), new HashSet<>(replayed.values()));
    }

    Verdict decide(Position refused) {
        if (sent.contains(refused)) {
            return Verdict.SENT_BEFORE;
        }
        if (!refused.topic().equals(topic)) {
            return Verdict.OTHER_TOPIC;
        }
        return arrived.contains(refused) && !isAgain ? Verdict.REFUSED_AGAIN : Verdict.SEND;
    }
}
