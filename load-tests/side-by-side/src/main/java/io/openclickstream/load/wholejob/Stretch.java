package io.openclickstream.load.wholejob;

import io.openclickstream.load.operator.SteadySessions;

/**
 * What a run does with a topic of steady sessions: it takes clicks until everything is warm and as many users are forgotten
 * as begin, then those that are measured, then some more, so that no partition has come to its end before all are measured.
 *
 * @param begin how many clicks are accepted when measuring begins
 * @param end how many when it ends
 * @param clicks how many the topic holds
 */
record Stretch(long begin, long end, long clicks) {
    /** The clicks behind those that are measured are this part of all. */
    private static final int TAIL_PART = 20;

    /**
     * The same for every number of sessions, so that all are measured after as many clicks.
     *
     * @param warmUp the least number of clicks before measuring begins
     * @param mostOpen the largest number of open sessions that is measured
     * @param measured how many clicks are measured
     */
    static Stretch of(long warmUp, long mostOpen, long measured) {
        long begin = Math.max(warmUp, new SteadySessions(mostOpen).clicksToSettle());
        long end = begin + measured;
        long tail = end / TAIL_PART;
        return new Stretch(begin, end, (end + tail) / SteadySessions.CLICKS * SteadySessions.CLICKS);
    }
}
