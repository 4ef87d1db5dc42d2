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
 */
public record ServedReport(URI flight, String lineage, List<Epoch> epochs, List<Long> gone) {
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
    }

    /** Whether no row differs, and there was an epoch to compare. */
    public boolean isEqual() {
        return !epochs.isEmpty() && epochs.stream().allMatch(epoch -> epoch.differences() == 0);
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
        lines.add(verdict());
        return lines;
    }

    private String verdict() {
        if (epochs.isEmpty()) {
            return "Nothing is compared: the server keeps no committed epoch.";
        }
        if (isEqual()) {
            long rows = epochs.stream()
                    .flatMap(epoch -> epoch.datasets().stream())
                    .mapToLong(DatasetResult::equal)
                    .sum();
            return "Equal: all %s rows of %d committed epochs are the same in the lake and served."
                    .formatted(DatasetLines.number(rows), epochs.size());
        }
        long rows = epochs.stream().mapToLong(Epoch::differences).sum();
        return "Different: %s rows of %d committed epochs differ from the lake's."
                .formatted(DatasetLines.number(rows), epochs.size());
    }
}
