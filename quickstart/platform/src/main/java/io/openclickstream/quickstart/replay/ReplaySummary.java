package io.openclickstream.quickstart.replay;

import io.openclickstream.quickstart.platform.Ledger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of a file. All numbers are of this replay alone, also where the data folder holds more.
 *
 * @param sent clicks sent
 * @param ledger what the job says became of them
 * @param lakeSessions sessions in the lake's files
 * @param lakeClicks accepted clicks in the lake's files
 * @param lakeRejected rejected records in the lake's files
 * @param unreadable lines that make no click
 * @param firstUnreadable some of them, each in one line
 * @param unreadableFile holds them all
 */
public record ReplaySummary(
        long sent,
        Ledger ledger,
        long lakeSessions,
        long lakeClicks,
        long lakeRejected,
        long unreadable,
        List<String> firstUnreadable,
        Path unreadableFile,
        Path lake) {
    public ReplaySummary {
        firstUnreadable = List.copyOf(firstUnreadable);
    }

    /** Whether every click sent was received, ended somewhere, and is in the lake where it should be. */
    public boolean isConserved() {
        return sent == ledger.received()
                && ledger.received() == ledger.outcomes()
                && lakeClicks == ledger.accepted()
                && lakeRejected == ledger.late() + ledger.malformed() + ledger.future() + ledger.filtered();
    }

    /** For a person. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("Sessions          %,d".formatted(lakeSessions));
        lines.add("Clicks            %,d sent, %,d received".formatted(sent, ledger.received()));
        lines.add("  accepted        %,d".formatted(ledger.accepted()));
        lines.add("  duplicate       %,d".formatted(ledger.duplicate()));
        lines.add("  late            %,d".formatted(ledger.late()));
        lines.add("  malformed       %,d".formatted(ledger.malformed()));
        lines.add("  future          %,d".formatted(ledger.future()));
        lines.add("  filtered        %,d".formatted(ledger.filtered()));
        lines.add("Unreadable lines  %,d".formatted(unreadable));
        firstUnreadable.forEach(line -> lines.add("  " + line));
        if (unreadable > firstUnreadable.size()) {
            lines.add("  and %,d more".formatted(unreadable - firstUnreadable.size()));
        }
        if (unreadable > 0) {
            lines.add("  all of them: " + unreadableFile);
        }
        lines.add("Parquet           " + lake);
        if (ledger.late() > 0) {
            lines.add("");
            lines.add(
                    "Late clicks lie further back in event time than what this data folder has seen before, or were sent");
            lines.add(
                    "out of order. To have the file judged by itself, start anew with --fresh and --order event-time.");
        }
        if (!isConserved()) {
            lines.add("");
            lines.add("THE COUNTS DO NOT MATCH: of %,d clicks sent, the ledger counts %,d received and %,d outcomes;"
                    .formatted(sent, ledger.received(), ledger.outcomes()));
            lines.add("the lake holds %,d accepted and %,d rejected. This is a defect: please report it with the logs."
                    .formatted(lakeClicks, lakeRejected));
        }
        return lines;
    }
}
