package io.openclickstream.flight.log;

import io.openclickstream.flight.log.DataFolder.Numbered;
import io.openclickstream.flight.log.RecordFile.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The append-only log: records in numbered files, durable after {@link #force}. For one writer.
 *
 * <p>An append that fails leaves the log as it was, and the next may succeed (a full disk). A failed {@code force}
 * breaks the log for good: what the disk holds is then known only after a restart.
 */
public final class PutLog implements AutoCloseable {
    private final DataFolder folder;
    private RecordFile file;
    private long next;
    private long durable;
    private long olderBytes;
    private boolean broken;

    private PutLog(DataFolder folder, RecordFile file, long next, long olderBytes) {
        this.folder = folder;
        this.file = file;
        this.next = next;
        this.durable = next - 1;
        this.olderBytes = olderBytes;
    }

    /**
     * Reads all records after a checkpoint, cuts off a torn end, and opens the log to append.
     *
     * @param checkpoint sequence of the last record that need not be read again
     * @param warning told, in a sentence, when something was cut off
     * @throws UnusableData when something that was acknowledged is damaged or missing, or of a newer release
     */
    public static PutLog open(DataFolder folder, long checkpoint, Checkpoint.Visitor visitor, Consumer<String> warning)
            throws IOException {
        List<Numbered> files = folder.numbered("log");
        long expected = files.isEmpty() ? checkpoint + 1 : files.get(0).sequence();
        if (expected > checkpoint + 1) {
            throw missing(folder, checkpoint + 1);
        }
        long bytes = 0;
        for (int i = 0; i < files.size(); i++) {
            Numbered numbered = files.get(i);
            if (numbered.sequence() != expected) {
                throw missing(folder, expected);
            }
            boolean last = i == files.size() - 1;
            expected = read(numbered.path(), expected, checkpoint, last, visitor, warning);
            bytes += expected > numbered.sequence() ? Files.size(numbered.path()) : 0;
        }
        if (expected <= checkpoint) {
            throw missing(folder, expected);
        }
        Path path = folder.log(expected);
        Files.deleteIfExists(path); // a file without records, from a start that got no further
        RecordFile file = RecordFile.create(path);
        folder.force();
        return new PutLog(folder, file, expected, bytes);
    }

    /** Appends a record; it is not durable yet. */
    public void append(byte kind, byte[] header, byte[] body) throws IOException {
        check();
        long begin = file.end();
        try {
            file.append(new LogRecord(kind, next, durable, header, body));
            next++;
        } catch (IOException e) {
            broken = file.end() != begin || Files.size(file.path()) != begin;
            throw e;
        }
    }

    /** Makes all records appended so far durable. */
    public void force() throws IOException {
        check();
        try {
            file.force();
            durable = next - 1;
        } catch (IOException e) {
            broken = true;
            throw e;
        }
    }

    /** Begins a new file and returns the last sequence before it, all durable; older files go with {@link #prune}. */
    public long roll() throws IOException {
        force();
        if (file.end() > RecordFile.FILE_HEADER_BYTES) {
            Files.deleteIfExists(folder.log(next)); // from an attempt that got no further
            RecordFile fresh = RecordFile.create(folder.log(next));
            folder.force();
            olderBytes += file.end();
            file.close();
            file = fresh;
        }
        return next - 1;
    }

    /**
     * Deletes the files that hold nothing after this sequence, and returns when that, and that checkpoints are gone, is so
     * on disk. Called between appends.
     */
    public void prune(long checkpoint) throws IOException {
        List<Numbered> files = new ArrayList<>(folder.numbered("log"));
        boolean isChanged = false;
        for (int i = 0; i + 1 < files.size(); i++) {
            if (files.get(i + 1).sequence() <= checkpoint + 1) {
                olderBytes -= Files.size(files.get(i).path());
                isChanged |= Files.deleteIfExists(files.get(i).path());
            }
        }
        if (isChanged) {
            folder.force();
        }
    }

    /** Size of all files of the log. */
    public long bytes() {
        return olderBytes + file.end();
    }

    /** Sequence of the record that is appended next. */
    public long next() {
        return next;
    }

    /** Sequence of the last record that is certainly on disk. */
    public long durable() {
        return durable;
    }

    /** Whether nothing can be appended until the server has been started again. */
    public boolean isBroken() {
        return broken;
    }

    @Override
    public void close() throws IOException {
        try {
            if (!broken) {
                file.force();
            }
        } finally {
            file.close();
        }
    }

    private void check() throws IOException {
        if (broken) {
            throw new IOException("the log is broken since an earlier error; the server has to be started again");
        }
    }

    private static long read(
            Path path, long first, long checkpoint, boolean last, Checkpoint.Visitor visitor, Consumer<String> warning)
            throws IOException {
        try (RecordFile file = RecordFile.open(path)) {
            long position = Math.min(RecordFile.FILE_HEADER_BYTES, file.end());
            long expected = first;
            while (true) {
                Found found = file.readAt(position);
                if (found == null || found.record().sequence() != expected) {
                    break;
                }
                if (expected > checkpoint) {
                    visitor.visit(found.record());
                }
                expected++;
                position = found.next();
            }
            long size = Files.size(path);
            if (position < size || position == 0) {
                OptionalLong claimed = file.durableClaimedAfter(position);
                if (!last || (claimed.isPresent() && claimed.getAsLong() >= expected)) {
                    throw new UnusableData(
                            ("Cannot read %s: it is damaged at byte %d, in the middle of acknowledged data. "
                                            + "Restore the file from a backup, or give an empty data.dir and let the job put its "
                                            + "tables again.")
                                    .formatted(path, position));
                }
                file.truncate(position);
                warning.accept("Cut %d bytes off the end of %s: a write that was never acknowledged."
                        .formatted(size - position, path));
            }
            return expected;
        }
    }

    private static UnusableData missing(DataFolder folder, long sequence) {
        return new UnusableData(
                ("Cannot use data.dir %s: the log file with record %d is missing. Restore it from a backup, "
                                + "or give an empty data.dir and let the job put its tables again.")
                        .formatted(folder.path(), sequence));
    }
}
