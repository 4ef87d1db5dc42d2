package io.openclickstream.quickstart.recompute;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a comparison has found.
 *
 * @param epoch of the lake that was compared
 * @param finality what was final at it, in words
 * @param ledger sentences on what the lake's datasets hold other than its ledger counts
 * @param notes likely reasons
 */
public record VerifyReport(
        Path lake,
        Path recomputed,
        long epoch,
        String finality,
        List<DatasetResult> datasets,
        List<String> ledger,
        List<String> notes) {
    public VerifyReport {
        datasets = List.copyOf(datasets);
        ledger = List.copyOf(ledger);
        notes = List.copyOf(notes);
    }

    /** Whether no row differs. */
    public boolean isEqual() {
        return verdict() == Verdict.EQUAL;
    }

    /** {@link Verdict#EQUAL} or {@link Verdict#DIFFERENT}. */
    public Verdict verdict() {
        return ledger.isEmpty() && datasets.stream().allMatch(dataset -> dataset.differences() == 0)
                ? Verdict.EQUAL
                : Verdict.DIFFERENT;
    }

    /** The report for a person. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("Lake          " + lake);
        lines.add("Recomputed    " + recomputed);
        lines.add("As of epoch   %d: %s".formatted(epoch, finality));
        lines.add("");
        lines.addAll(new DatasetLines("recomputed", "the recomputation").of(datasets));
        ledger.forEach(line -> lines.add("! " + line));
        notes.forEach(line -> lines.add("? " + line));
        lines.add(conclusion());
        return lines;
    }

    private String conclusion() {
        if (isEqual()) {
            long rows = datasets.stream().mapToLong(DatasetResult::equal).sum();
            return "Equal: all %s rows that were final are the same in the lake and recomputed."
                    .formatted(DatasetLines.number(rows));
        }
        long rows = datasets.stream().mapToLong(DatasetResult::differences).sum();
        return "Different: %s rows differ%s."
                .formatted(
                        DatasetLines.number(rows),
                        ledger.isEmpty() ? "" : ", and the lake does not hold what its ledger counts");
    }
}
