package io.openclickstream.quickstart.replay;

import io.openclickstream.quickstart.replay.RowResult.Row;
import java.util.Locale;
import java.util.Optional;

/** What kinds of file can be replayed. */
public enum FileFormat {
    /** Apache and NGINX access log, combined or common. */
    ACCESS_LOG,
    /** Comma-separated, the columns named in the first line. */
    CSV,
    /** Tab-separated, the columns named in the first line. */
    TSV,
    /** One JSON object a line. */
    NDJSON;

    /**
     * Finds out what a file is: by its first line, or else by its name.
     *
     * @param firstLine the first line that is not blank
     * @param fileName such as {@code clicks.tsv.gz}
     * @return empty when neither tells
     */
    static Optional<FileFormat> of(String firstLine, String fileName) {
        if (firstLine.stripLeading().startsWith("{")) {
            return Optional.of(NDJSON);
        }
        if (new AccessLogParser().parse(firstLine) instanceof Row) {
            return Optional.of(ACCESS_LOG);
        }
        String name = fileName.toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
        if (name.endsWith(".tsv") || name.endsWith(".tab")) {
            return Optional.of(TSV);
        }
        if (name.endsWith(".csv")) {
            return Optional.of(CSV);
        }
        if (name.endsWith(".ndjson") || name.endsWith(".jsonl")) {
            return Optional.of(NDJSON);
        }
        if (name.endsWith(".log")) {
            return Optional.of(ACCESS_LOG);
        }
        if (firstLine.contains("\t")) {
            return Optional.of(TSV);
        }
        return firstLine.contains(",") ? Optional.of(CSV) : Optional.empty();
    }
}
