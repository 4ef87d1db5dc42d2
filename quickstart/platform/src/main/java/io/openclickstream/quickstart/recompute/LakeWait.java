package io.openclickstream.quickstart.recompute;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** Waits for a lake to have epochs that are committed elsewhere, since both are committed by themselves, moments apart. */
final class LakeWait {
    private final Path lake;
    private final String lineage;
    private final long deadlineNanos;
    private final Pause pause;

    /** Between two looks at the lake. */
    @FunctionalInterface
    interface Pause {
        void pass() throws InterruptedException;
    }

    /**
     * Of one lineage; the bound is that of all waiting together.
     *
     * @param bound from now on
     */
    LakeWait(Path lake, String lineage, Duration bound, Pause pause) {
        this.lake = lake;
        this.lineage = lineage;
        this.pause = pause;
        deadlineNanos = System.nanoTime() + bound.toNanos();
    }

    /**
     * Waits until these datasets have all of an epoch, as their tables say. Where the lake has no tables that could say
     * so, as it is, say, a copy of its Parquet files, it counts as having all that it ever will.
     *
     * @return whether they have; false when the bound is over, and they do not
     * @throws IOException when no job of the lineage has ever written to the lake, or it cannot be read
     */
    boolean until(long epoch, Collection<String> datasets) throws IOException, InterruptedException {
        while (true) {
            LakeEpochs epochs = LakeEpochs.read(lake);
            List<String> foreign = epochs.foreignTo(lineage, datasets);
            if (!foreign.isEmpty()) {
                throw new IOException(
                        ("epoch %d of lineage %s is served, and no job of this lineage has ever opened the lake's tables %s at"
                                        + " %s. Give the lake that the job writes to; where a lake was added to a job that"
                                        + " went on, it has a lineage of its own, and the two cannot be compared")
                                .formatted(epoch, lineage, foreign, lake));
            }
            if (epochs.have(lineage, epoch, datasets)) {
                return true;
            }
            if (System.nanoTime() - deadlineNanos >= 0) {
                return false;
            }
            pause.pass();
        }
    }
}
