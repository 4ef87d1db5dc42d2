package io.openclickstream.quickstart.recompute;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * What a comparison of a Flight server with the lake has found.
 *
 * @param flight the server
 * @param lineage that its readers see
 * @param epochs that were compared, the newest first
 * @param gone epochs that it no longer kept when they were to be read
 * @param lacking epochs that the lake did not have in time, and that were not compared
 */
public record ServedReport(URI flight, String lineage, List<Epoch> epochs, List<Long> gone, List<Long> lacking) {
    /**
     * One committed epoch.
     *
     * @param finality what was final at it, in words
     * @param isWhole whether the server has known the lineage from its beginning
     * @param datasets of which {@link DatasetResult#onlyRecomputed} counts what only the server has
     */
    public record Epoch(long epoch, String finality, boolean isWhole, List<DatasetResult> datasets) {
        public Epoch {
            datasets = List.copyOf(datasets);
        }

        long differences() {
            return datasets.stream().mapToLong(DatasetResult::differences).sum();
        }
    }

    public ServedReport {
        epochs = List.copyOf(epochs);
        gone = List.copyOf(gone);
        lacking = List.copyOf(lacking);
    }

    /** Whether no row differs, the lake lacks no epoch, and there was one to compare. */
    public boolean isEqual() {
        return verdict() == Verdict.EQUAL;
    }

    /** {@link Verdict#NOT_FOUND_OUT} when the lake lacks an epoch, or there was none to compare. */
    public Verdict verdict() {
        if (epochs.stream().anyMatch(epoch -> epoch.differences() > 0)) {
            return Verdict.DIFFERENT;
        }
        return epochs.isEmpty() || !lacking.isEmpty() ? Verdict.NOT_FOUND_OUT : Verdict.EQUAL;
    }

    /** The report for a person. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("Served by     %s, lineage %s".formatted(flight, lineage));
        for (Epoch epoch : epochs) {
            lines.add("");
            lines.add("Committed     epoch %d: %s".formatted(epoch.epoch(), epoch.finality()));
            lines.addAll(new DatasetLines("served", "what is served").of(epoch.datasets()));
        }
        lines.add(
                "? Of the ledger every row up to the epoch is compared. The lake's sessions and metrics do not say their epoch: "
                        + "compared are those that were final at it. Not compared are those that were not, and rows of windows that "
                        + "have left the server.");
        if (epochs.stream().anyMatch(epoch -> !epoch.isWhole())) {
            lines.add(
                    "? The server has known this lineage only since a later epoch, so of sessions and metrics only what it "
                            + "serves is compared.");
        }
        if (!gone.isEmpty()) {
            lines.add("? Epochs %s left the server before they were read.".formatted(gone));
        }
        if (!lacking.isEmpty()) {
            lines.add("! Epochs %s are committed on the server, and the lake's tables do not have them."
                    .formatted(lacking));
        }
        lines.add(conclusion());
        return lines;
    }

    private String conclusion() {
        if (epochs.isEmpty() && lacking.isEmpty()) {
            return "Nothing is compared: the server keeps no committed epoch.";
        }
        if (verdict() != Verdict.DIFFERENT) {
            long rows = epochs.stream()
                    .flatMap(epoch -> epoch.datasets().stream())
                    .mapToLong(DatasetResult::equal)
                    .sum();
            String equal = "all %s rows of %d committed epochs are the same in the lake and served."
                    .formatted(DatasetLines.number(rows), epochs.size());
            return lacking.isEmpty()
                    ? "Equal: " + equal
                    : "Not found out: %s Of %d more nobody can say; try again when the job has committed them to the lake."
                            .formatted(equal, lacking.size());
        }
        long rows = epochs.stream().mapToLong(Epoch::differences).sum();
        return "Different: %s rows of %d committed epochs differ from the lake's."
                .formatted(DatasetLines.number(rows), epochs.size());
    }
}
