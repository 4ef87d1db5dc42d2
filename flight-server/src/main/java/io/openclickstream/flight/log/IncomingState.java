package io.openclickstream.flight.log;

import io.openclickstream.flight.log.DataFolder.Numbered;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A checkpoint that comes from another server, and what its log says after it, to take the place of all that is in the
 * folder. Until it is installed the folder stays as it is. Filled by one thread; installed or closed by one.
 */
public final class IncomingState implements AutoCloseable {
    private final DataFolder folder;
    private final Path unfinished;
    private final long lastSequence;
    private final RecordFile file;
    private final Path unfinishedLog;
    private final RecordFile log;
    private long count;
    private long next;

    private IncomingState(
            DataFolder folder,
            long lastSequence,
            Path unfinished,
            RecordFile file,
            Path unfinishedLog,
            RecordFile log) {
        this.folder = folder;
        this.unfinished = unfinished;
        this.lastSequence = lastSequence;
        this.file = file;
        this.unfinishedLog = unfinishedLog;
        this.log = log;
        this.next = lastSequence + 1;
    }

    /**
     * Begins one.
     *
     * @param lastSequence the last record of the other server's log whose effect it holds
     */
    public static IncomingState begin(DataFolder folder, long lastSequence) throws IOException {
        Path unfinished = folder.path().resolve("state.unfinished");
        Path unfinishedLog = folder.path().resolve("log.unfinished");
        Files.deleteIfExists(unfinished);
        Files.deleteIfExists(unfinishedLog);
        RecordFile file = RecordFile.create(unfinished);
        try {
            return new IncomingState(
                    folder, lastSequence, unfinished, file, unfinishedLog, RecordFile.create(unfinishedLog));
        } catch (IOException e) {
            file.close();
            Files.deleteIfExists(unfinished);
            throw e;
        }
    }

    /** A record of the checkpoint. */
    public void add(byte kind, byte[] header, byte[] body) throws IOException {
        append(file, new LogRecord(kind, ++count, lastSequence, header, body));
    }

    /**
     * A record of the log.
     *
     * @throws IOException also when it does not follow the one before
     */
    public void addToLog(LogRecord record) throws IOException {
        if (record.sequence() != next) {
            throw new IOException("record %d came where %d was due".formatted(record.sequence(), next));
        }
        append(log, record);
        next++;
    }

    private void append(RecordFile to, LogRecord record) throws IOException {
        try {
            to.append(record);
        } catch (IOException e) {
            throw new IOException(
                    "the leader's state was not written to %s: %s. It is asked for again; make room for it beside what is there"
                            .formatted(folder.path(), e.getMessage()),
                    e);
        }
    }

    /** The last record of the log whose effect it has. */
    public long sequence() {
        return next - 1;
    }

    /** All has been added. */
    public void end() throws IOException {
        append(file, new LogRecord(Checkpoint.END, ++count, lastSequence, new byte[0], new byte[0]));
        file.force();
        log.force();
    }

    /**
     * Puts it in the place of every log and checkpoint in the folder, none of which may be open. Broken off in the middle
     * it leaves a folder without them, or with the checkpoint alone.
     */
    public void install() throws IOException {
        file.close();
        log.close();
        clear(folder);
        Files.move(unfinished, folder.checkpoint(lastSequence), StandardCopyOption.ATOMIC_MOVE);
        folder.force();
        Files.move(unfinishedLog, folder.log(lastSequence + 1), StandardCopyOption.ATOMIC_MOVE);
        folder.force();
    }

    /** Deletes every log and checkpoint in a folder, the newest first: broken off it leaves an earlier state. */
    public static void clear(DataFolder folder) throws IOException {
        for (String kind : new String[] {"log", "checkpoint"}) {
            List<Numbered> files = new ArrayList<>(folder.numbered(kind));
            Collections.reverse(files);
            for (Numbered file : files) {
                Files.deleteIfExists(file.path());
            }
        }
        folder.force();
    }

    /** Leaves nothing behind of what was not installed. */
    @Override
    public void close() throws IOException {
        file.close();
        log.close();
        Files.deleteIfExists(unfinished);
        Files.deleteIfExists(unfinishedLog);
    }
}
