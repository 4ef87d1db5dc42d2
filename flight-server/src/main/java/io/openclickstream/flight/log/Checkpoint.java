package io.openclickstream.flight.log;

import io.openclickstream.flight.log.DataFolder.Numbered;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * Everything up to one sequence number in one file, so that the log before it can go. It is written under another name
 * and renamed once it is on disk; its last record says that it is whole.
 */
public final class Checkpoint {
    static final byte END = 0;

    private Checkpoint() {}

    /** Takes records. */
    @FunctionalInterface
    public interface Sink {
        void add(byte kind, byte[] header, byte[] body) throws IOException;
    }

    /** Writes what a checkpoint holds. */
    @FunctionalInterface
    public interface Content {
        void writeTo(Sink sink) throws IOException;
    }

    /** Reads a record of a log or a checkpoint. */
    @FunctionalInterface
    public interface Visitor {
        void visit(LogRecord record) throws IOException;
    }

    /**
     * Writes a checkpoint; when it returns, it is on disk and the ones before it are gone. When it fails it leaves
     * nothing behind.
     *
     * @param lastSequence the last log record whose effect is in the content
     */
    public static void write(DataFolder folder, long lastSequence, Content content) throws IOException {
        Path unfinished = folder.path().resolve("checkpoint.unfinished");
        Files.deleteIfExists(unfinished);
        try {
            try (RecordFile file = RecordFile.create(unfinished)) {
                long[] count = {0};
                content.writeTo((kind, header, body) ->
                        file.append(new LogRecord(kind, ++count[0], lastSequence, header, body)));
                file.append(new LogRecord(END, ++count[0], lastSequence, new byte[0], new byte[0]));
                file.force();
            }
            Files.move(unfinished, folder.checkpoint(lastSequence), StandardCopyOption.ATOMIC_MOVE);
            folder.force();
        } finally {
            Files.deleteIfExists(unfinished);
        }
        deleteBefore(folder, lastSequence);
    }

    /** Deletes the checkpoints before this one; a server that was killed may have left them. */
    public static void deleteBefore(DataFolder folder, long lastSequence) throws IOException {
        for (Numbered older : folder.numbered("checkpoint")) {
            if (older.sequence() < lastSequence) {
                Files.deleteIfExists(older.path());
            }
        }
    }

    /**
     * Reads the newest checkpoint.
     *
     * @return the last log record whose effect it holds; 0 when there is no checkpoint
     * @throws UnusableData when it is damaged or of a newer release
     */
    public static long read(DataFolder folder, Visitor visitor) throws IOException {
        try (CheckpointReader reader = CheckpointReader.open(folder)) {
            if (reader == null) {
                return 0;
            }
            for (LogRecord record = reader.next(); record != null; record = reader.next()) {
                visitor.visit(record);
            }
            return reader.sequence();
        }
    }

    /** Size of the checkpoint on disk; 0 when there is none. */
    public static long bytes(DataFolder folder) throws IOException {
        try (Stream<Numbered> files = folder.numbered("checkpoint").stream()) {
            return files.mapToLong(file -> file.path().toFile().length()).sum();
        }
    }
}
