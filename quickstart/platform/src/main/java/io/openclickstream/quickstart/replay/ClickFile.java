package io.openclickstream.quickstart.replay;

import io.openclickstream.quickstart.platform.CannotStartException;
import io.openclickstream.quickstart.replay.ClickRows.Made;
import io.openclickstream.quickstart.replay.Lines.Line;
import io.openclickstream.quickstart.replay.RowResult.Row;
import io.openclickstream.quickstart.replay.RowResult.Unreadable;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A file of clicks, plain or gzip. Reading it never fails on what a line holds: each record is either a click or named
 * as unreadable.
 */
final class ClickFile {
    private static final int MAX_RECORD_LINES = 100;
    private static final int DIGEST_BYTES = 8;

    private final Path file;
    private final FileFormat format;
    private final Columns columns;
    private final EventTimes times;
    private final String digest;
    private final long lines;

    private ClickFile(Path file, FileFormat format, Columns columns, EventTimes times, String digest, long lines) {
        this.file = file;
        this.format = format;
        this.columns = columns;
        this.times = times;
        this.digest = digest;
        this.lines = lines;
    }

    /** Takes the records of a file, one after the other. */
    interface Records {
        void click(FileClick click) throws IOException;

        /**
         * A record that makes no click.
         *
         * @param lineNumber the line it begins in, from 1
         * @param text that line, as it is
         */
        void unreadable(long lineNumber, String reason, String text) throws IOException;
    }

    /**
     * Looks at a file: what it is, how many lines it has, and the digest of its content (not of its compressed form).
     *
     * @param given the format, or null to find out
     * @throws CannotStartException when it cannot be a file of clicks
     */
    static ClickFile open(Path file, @Nullable FileFormat given, Columns columns, EventTimes times)
            throws IOException, CannotStartException {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new CannotStartException("Cannot replay %s: there is no readable file of this name.".formatted(file));
        }
        MessageDigest sha = sha256();
        long lines = 0;
        try (InputStream in = content(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                sha.update(buffer, 0, n);
                for (int i = 0; i < n; i++) {
                    lines += buffer[i] == '\n' ? 1 : 0;
                }
            }
        } catch (ZipException | java.io.EOFException e) {
            throw new CannotStartException(
                    "Cannot replay %s: its gzip data is damaged (%s).".formatted(file, e.getMessage()), e);
        }
        String digest = HexFormat.of().formatHex(sha.digest(), 0, DIGEST_BYTES);
        Line first = firstLine(file);
        FileFormat format = given != null ? given : detected(file, first);
        if (format == FileFormat.CSV || format == FileFormat.TSV) {
            Optional<String> wrong =
                    columns.wrongHeader(header(file, first, format).columns());
            if (wrong.isPresent()) {
                throw new CannotStartException("Cannot replay %s: %s.".formatted(file, wrong.get()));
            }
        }
        return new ClickFile(file, format, columns, times, digest, lines);
    }

    FileFormat format() {
        return format;
    }

    /** How many line ends it has. */
    long lines() {
        return lines;
    }

    /** Reads the whole file in its order. */
    void forEach(Records records) throws IOException, CannotStartException {
        ClickRows rows = new ClickRows(columns, times, digest);
        try (Lines in = new Lines(content(file))) {
            Deque<Line> pushedBack = new ArrayDeque<>();
            RowParser parser = null;
            for (Line line = in.next(); line != null; line = pushedBack.isEmpty() ? in.next() : pushedBack.pop()) {
                if (line.tooLong()) {
                    records.unreadable(line.number(), "the line is longer than " + Lines.MAX_BYTES + " bytes", "");
                } else if (parser == null && !line.text().isBlank()) {
                    parser = parserFrom(line);
                    if (format == FileFormat.NDJSON || format == FileFormat.ACCESS_LOG) {
                        read(parser.parse(line.text()), line, rows, records);
                    }
                } else if (parser != null && !line.text().isBlank()) {
                    String text = format == FileFormat.CSV ? wholeRecord(line, in, pushedBack) : line.text();
                    read(parser.parse(text), line, rows, records);
                }
            }
        }
    }

    private static void read(RowResult result, Line line, ClickRows rows, Records records) throws IOException {
        if (result instanceof Unreadable unreadable) {
            records.unreadable(line.number(), unreadable.reason(), line.text());
        } else if (result instanceof Row row) {
            Made made = rows.click(row.values(), line.number());
            if (made instanceof Made.Click click) {
                records.click(click.click());
            } else if (made instanceof Made.None none) {
                records.unreadable(line.number(), none.reason(), line.text());
            }
        }
    }

    /** The record that begins with a line; only that line when its quote is not closed within the limit. */
    private static String wholeRecord(Line first, Lines in, Deque<Line> pushedBack) throws IOException {
        StringBuilder record = new StringBuilder(first.text());
        Deque<Line> taken = new ArrayDeque<>();
        while (DelimitedParser.isOpen(record.toString(), DelimitedParser.Kind.CSV)) {
            Line next = pushedBack.isEmpty() ? in.next() : pushedBack.pop();
            if (next != null) {
                taken.add(next);
            }
            if (next == null
                    || next.tooLong()
                    || taken.size() >= MAX_RECORD_LINES
                    || record.length() + next.text().length() > Lines.MAX_BYTES) {
                while (!taken.isEmpty()) {
                    pushedBack.push(taken.removeLast());
                }
                return first.text();
            }
            record.append('\n').append(next.text());
        }
        return record.toString();
    }

    /** The parser for all lines from this first one on, or, in a table, for those below it. */
    private RowParser parserFrom(Line first) throws CannotStartException {
        return switch (format) {
            case NDJSON -> new JsonLineParser();
            case ACCESS_LOG -> new AccessLogParser();
            case CSV, TSV -> header(file, first, format);
        };
    }

    private static DelimitedParser header(Path file, Line line, FileFormat format) throws CannotStartException {
        try {
            return DelimitedParser.below(
                    line.text(), format == FileFormat.CSV ? DelimitedParser.Kind.CSV : DelimitedParser.Kind.TSV);
        } catch (IllegalArgumentException e) {
            throw new CannotStartException("Cannot replay %s: %s.".formatted(file, e.getMessage()), e);
        }
    }

    private static FileFormat detected(Path file, Line first) throws CannotStartException {
        return FileFormat.of(first.text(), String.valueOf(file.getFileName()))
                .orElseThrow(() -> new CannotStartException(
                        "Cannot replay %s: cannot tell what kind of file it is. Say so with --format (access_log, csv, tsv, ndjson)."
                                .formatted(file)));
    }

    private static Line firstLine(Path file) throws IOException, CannotStartException {
        try (Lines in = new Lines(content(file))) {
            for (Line line = in.next(); line != null; line = in.next()) {
                if (line.number() == 1
                        && (line.text().startsWith("\u00ff\u00fe")
                                || line.text().startsWith("\u00fe\u00ff"))) {
                    throw new CannotStartException(
                            "Cannot replay %s: it is written in UTF-16. Convert it, for example with: iconv -f utf-16 -t utf-8"
                                    .formatted(file));
                }
                if (line.tooLong() || !line.text().isBlank()) {
                    return line;
                }
            }
        }
        throw new CannotStartException("Cannot replay %s: it holds nothing.".formatted(file));
    }

    private static InputStream content(Path file) throws IOException {
        InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        raw.mark(2);
        boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
        raw.reset();
        return gzip ? new GZIPInputStream(raw, 1 << 16) : raw;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
