package io.openclickstream.pipeline.erasure;

import java.io.Serializable;
import java.time.Duration;

/**
 * Which list of erased persons the job obeys.
 *
 * @param root URI of the lake's folder; empty for no list, so that nobody is ever erased
 * @param poll how often it is looked at
 * @param maxOutage how long a job that starts waits for a lake that is away
 */
public record ErasureList(String root, Duration poll, Duration maxOutage) implements Serializable {
    /** Of a job that has no lake, or takes the verdicts of an earlier run as given. */
    public static final ErasureList NONE = new ErasureList("", Duration.ZERO, Duration.ZERO);

    /** Whether there is no list. */
    public boolean isNone() {
        return root.isEmpty();
    }
}
