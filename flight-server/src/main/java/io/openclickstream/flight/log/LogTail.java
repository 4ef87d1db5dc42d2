package io.openclickstream.flight.log;

import io.openclickstream.flight.log.DataFolder.Numbered;
import io.openclickstream.flight.log.RecordFile.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a log while another thread appends to it. It keeps the files it has yet to read open, so they stay
 * readable when the log is cut; their room on disk is free once it has read or closed them. For one thread.
 */
public final class LogTail implements AutoCloseable {
    private final DataFolder folder;
    private final Deque<Part> parts = new ArrayDeque<>();
    private long next;

    /** A file of the log, and where the next record in it begins. */
    private static final class Part {
        final RecordFile file;
        final long first;
        long position = RecordFile.FILE_HEADER_BYTES;

        Part(RecordFile file, long first) {
            this.file = file;
            this.first = first;
        }
    }

    private LogTail(DataFolder folder, long next) {
        this.folder = folder;
        this.next = next;
    }

    /**
     * Opens the log in front of a record, which may not be there yet.
     *
     * @return null when the log has been cut behind it
     */
    public static @Nullable LogTail open(DataFolder folder, long sequence) throws IOException {
        LogTail tail = new LogTail(folder, sequence);
        try {
            return tail.find() ? tail : closed(tail);
        } catch (NoSuchFileException e) { // cut at this very moment
            return closed(tail);
        } catch (IOException | RuntimeException e) {
            tail.close();
            throw e;
        }
    }

    /** Whether all up to a record has been read. */
    public boolean hasRead(long sequence) {
        return next > sequence;
    }

    /** Takes hold of the files that have been begun since, before the log is cut behind them. */
    public void hold() throws IOException {
        for (Numbered numbered : folder.numbered("log")) {
            Part last = parts.peekLast();
            if (last == null || numbered.sequence() > last.first) {
                parts.addLast(new Part(RecordFile.openToRead(numbered.path()), numbered.sequence()));
            }
        }
    }

    /**
     * The next record.
     *
     * @param durable sequence of the last record that may be read
     * @return null when that one has been read
     * @throws IOException when a record is damaged or has been cut off unread
     */
    public @Nullable LogRecord next(long durable) throws IOException {
        while (next <= durable) {
            Part part = parts.getFirst();
            part.file.refresh();
            Found found = part.file.readAt(part.position);
            if (found != null && found.record().sequence() == next) {
                part.position = found.next();
                next++;
                return found.record();
            }
            if (parts.size() == 1) {
                hold();
            }
            parts.removeFirst().file.close();
            Part following = parts.peekFirst();
            if (found != null || following == null || following.first != next) {
                throw new IOException("log record %d in %s cannot be read".formatted(next, folder.path()));
            }
        }
        return null;
    }

    /** Size of the files that would be gone if this did not hold them. */
    public long heldBytes() throws IOException {
        long bytes = 0;
        for (Part part : parts) {
            if (!Files.exists(part.file.path())) {
                part.file.refresh();
                bytes += part.file.end();
            }
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        for (Part part : parts) {
            part.file.close();
        }
        parts.clear();
    }

    private static @Nullable LogTail closed(LogTail tail) throws IOException {
        tail.close();
        return null;
    }

    /** Opens all files from the one on that has the record, and goes in front of it. */
    private boolean find() throws IOException {
        List<Numbered> numbered = folder.numbered("log");
        int from = -1;
        for (int i = 0; i < numbered.size(); i++) {
            from = numbered.get(i).sequence() <= next ? i : from;
        }
        if (from < 0) {
            return false;
        }
        for (Numbered each : numbered.subList(from, numbered.size())) {
            parts.addLast(new Part(RecordFile.openToRead(each.path()), each.sequence()));
        }
        Part first = parts.getFirst();
        for (long sequence = first.first; sequence < next; sequence++) {
            long after = first.file.skip(first.position);
            if (after < 0) {
                return false;
            }
            first.position = after;
        }
        return true;
    }
}
