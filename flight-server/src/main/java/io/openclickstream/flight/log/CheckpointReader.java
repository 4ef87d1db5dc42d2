package io.openclickstream.flight.log;

import io.openclickstream.flight.log.DataFolder.Numbered;
import io.openclickstream.flight.log.RecordFile.Found;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** Reads the newest checkpoint record by record. It stays readable when a later one takes its place. For one thread. */
public final class CheckpointReader implements AutoCloseable {
    private final RecordFile file;
    private final long sequence;
    private long position = RecordFile.FILE_HEADER_BYTES;
    private long expected = 1;

    private CheckpointReader(RecordFile file, long sequence) {
        this.file = file;
        this.sequence = sequence;
    }

    /**
     * Opens the newest checkpoint.
     *
     * @return null when there is none
     * @throws UnusableData when it is of a newer release
     */
    public static @Nullable CheckpointReader open(DataFolder folder) throws IOException {
        while (true) {
            Numbered newest = folder.newestCheckpoint();
            if (newest == null) {
                return null;
            }
            try {
                return new CheckpointReader(RecordFile.openToRead(newest.path()), newest.sequence());
            } catch (NoSuchFileException e) { // a later one has just taken its place
                if (newest.equals(folder.newestCheckpoint())) {
                    throw e;
                }
            }
        }
    }

    /** The last log record whose effect it holds. */
    public long sequence() {
        return sequence;
    }

    /**
     * The next record; null after the last one.
     *
     * @throws UnusableData when it is damaged
     */
    public @Nullable LogRecord next() throws IOException {
        Found found = file.readAt(position);
        if (found == null || found.record().sequence() != expected) {
            throw new UnusableData(("Cannot read %s: it is damaged at byte %d. Restore the file from a backup, or "
                            + "give an empty data.dir and let the job put its tables again.")
                    .formatted(file.path(), position));
        }
        if (found.record().kind() == Checkpoint.END) {
            return null;
        }
        expected++;
        position = found.next();
        return found.record();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
