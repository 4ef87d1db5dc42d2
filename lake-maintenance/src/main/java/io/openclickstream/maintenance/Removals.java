package io.openclickstream.maintenance;

import java.io.IOException;
import java.time.Instant;
import java.util.Set;

/** Is told what an erasure is about to remove from the lake, so that it is written down also when it is killed then. */
interface Removals {
    /** For whoever keeps no record. */
    Removals UNRECORDED = (dataset, rows, hours) -> {};

    /**
     * Rows are about to leave a dataset.
     *
     * @param hours beginnings of the hours of event time that they lie in
     */
    void before(String dataset, long rows, Set<Instant> hours) throws IOException;
}
