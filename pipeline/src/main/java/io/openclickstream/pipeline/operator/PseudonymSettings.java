package io.openclickstream.pipeline.operator;

import java.io.Serializable;
import java.time.Duration;

/**
 * How user ids are replaced by pseudonyms. It travels with the job graph, so it names the file of keys and holds none.
 *
 * @param keysFile where the keys are, on every machine that runs the job
 * @param lookInterval how often the file is looked at again, in processing time; positive
 * @param keepsRefusedBytes whether refused records keep their bytes, which hold user ids as they were sent
 * @param source what the user ids of incoming clicks are
 */
public record PseudonymSettings(String keysFile, Duration lookInterval, boolean keepsRefusedBytes, Source source)
        implements Serializable {

    /** What user ids are before the door. */
    public enum Source {
        /** As they were sent. */
        SENT,
        /** Pseudonyms already: the clicks come from a lake of this job. */
        SHOWN
    }
}
