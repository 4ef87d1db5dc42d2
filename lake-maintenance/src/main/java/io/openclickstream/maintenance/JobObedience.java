package io.openclickstream.maintenance;

import io.openclickstream.lake.EpochMark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Whether the job has committed an epoch that obeys the list of erased persons up to an entry. Pure: what is known are
 * the marks of the tables that hold persons.
 *
 * <p>From such an epoch on, the job's keyed state holds nobody up to that entry, and no later epoch brings rows of them.
 *
 * @param lineage whose epochs are committed now; empty when there is none
 * @param epoch the latest epoch that all tables have; 0 when there is none
 * @param isObeyed whether all tables say that it obeys the entry
 * @param why what the tables say, as a clause
 */
record JobObedience(String lineage, long epoch, boolean isObeyed, String why) {

    /**
     * What the tables say.
     *
     * @param marks of all tables that hold persons; those that the job does not write any more are left out here
     */
    static JobObedience of(Collection<EpochMark> marks, long entry) {
        List<EpochMark> current = marks.stream()
                .filter(mark -> !mark.lineage().isEmpty())
                .filter(mark -> marks.stream().noneMatch(other -> isLaterOpened(other, mark)))
                .toList();
        if (current.isEmpty()) {
            return new JobObedience("", 0, false, "no job has written to the lake yet");
        }
        EpochMark behind = current.get(0);
        for (EpochMark mark : current) {
            behind =
                    applied(mark) < applied(behind) || (applied(mark) == applied(behind) && epoch(mark) < epoch(behind))
                            ? mark
                            : behind;
        }
        String lineage = behind.lineage();
        long epoch = current.stream().mapToLong(JobObedience::epoch).min().orElse(0);
        if (current.stream().anyMatch(mark -> !mark.lineage().equals(lineage))) {
            return new JobObedience(lineage, epoch, false, "a job with a new lineage begins to write");
        }
        return new JobObedience(
                lineage,
                epoch,
                applied(behind) >= entry,
                behind.erasuresApplied().isPresent()
                        ? "epoch %d of lineage %s obeys entry %d".formatted(epoch, lineage, applied(behind))
                        : "epoch %d of lineage %s does not say up to which entry it obeys the list"
                                .formatted(epoch, lineage));
    }

    /** Of a metric that the job computes no more, say, the table keeps what an earlier start of the job left there. */
    private static boolean isLaterOpened(EpochMark other, EpochMark mark) {
        Optional<String> last = last(mark);
        return last.isPresent()
                && other.submissions().contains(last.get())
                && !last(other).equals(last);
    }

    private static Optional<String> last(EpochMark mark) {
        List<String> all = new ArrayList<>(mark.submissions());
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    private static long applied(EpochMark mark) {
        return mark.erasuresApplied().orElse(-1);
    }

    private static long epoch(EpochMark mark) {
        return mark.epoch(mark.lineage()).orElse(0L);
    }
}
