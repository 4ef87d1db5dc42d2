package io.openclickstream.flight.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folder that one server keeps its data in, locked as long as it is open so that no second server writes there. */
public final class DataFolder implements AutoCloseable {
    private static final Pattern NUMBERED = Pattern.compile("(\\d{20})\\.(log|checkpoint)");

    private static final String COPY = "copy-of-a-leader";

    private final Path path;
    private final FileChannel lock;

    private DataFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Makes the folder when it is missing, and locks it.
     *
     * @param holder how this server may be found by the operator of a second one, such as "process 123"
     * @throws UnusableData when it cannot be written or another server has it
     */
    public static DataFolder open(Path path, String holder) throws UnusableData {
        try {
            Files.createDirectories(path);
            FileChannel channel = FileChannel.open(
                    path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                String other = Files.readString(path.resolve("lock")).strip();
                channel.close();
                throw new UnusableData(
                        ("Cannot use data.dir %s: another Flight server has it (%s). Stop that one, or give "
                                        + "this one a data.dir of its own.")
                                .formatted(path, other.isEmpty() ? "unknown" : other));
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
            return new DataFolder(path, channel);
        } catch (UnusableData e) {
            throw e;
        } catch (FileAlreadyExistsException e) {
            throw new UnusableData("Cannot use data.dir %s: it is not a folder. Give a folder.".formatted(path), e);
        } catch (IOException e) {
            throw new UnusableData(
                    "Cannot use data.dir %s: %s (%s). Give a folder that this process may write to."
                            .formatted(path, e.getMessage(), e.getClass().getSimpleName()),
                    e);
        }
    }

    public Path path() {
        return path;
    }

    Path log(long firstSequence) {
        return path.resolve("%020d.log".formatted(firstSequence));
    }

    Path checkpoint(long lastSequence) {
        return path.resolve("%020d.checkpoint".formatted(lastSequence));
    }

    /** A file with a sequence number for a name. */
    record Numbered(Path path, long sequence) {}

    /** The files with this ending, by number. */
    List<Numbered> numbered(String ending) throws IOException {
        List<Numbered> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.sorted().toList()) {
                Matcher matcher = NUMBERED.matcher(file.getFileName().toString());
                if (matcher.matches() && ending.equals(matcher.group(2))) {
                    found.add(new Numbered(file, Long.parseLong(String.valueOf(matcher.group(1)))));
                }
            }
        }
        return found;
    }

    /** The newest checkpoint, null when there is none. */
    @Nullable
    Numbered newestCheckpoint() throws IOException {
        List<Numbered> checkpoints = numbered("checkpoint");
        return checkpoints.isEmpty() ? null : checkpoints.get(checkpoints.size() - 1);
    }

    /** Whether there is neither a log nor a checkpoint. */
    public boolean isEmpty() throws IOException {
        return numbered("log").isEmpty() && numbered("checkpoint").isEmpty();
    }

    /** Whether what is in the folder is a copy of another server's, which may be thrown away. */
    public boolean isCopy() {
        return Files.exists(path.resolve(COPY));
    }

    /** Says from now on, after a restart too, whether what is in the folder is a copy of another server's. */
    public void markAsCopy(boolean isCopy) throws IOException {
        Path mark = path.resolve(COPY);
        if (isCopy && !isCopy()) {
            Files.createFile(mark);
            force();
        } else if (!isCopy && Files.deleteIfExists(mark)) {
            force();
        }
    }

    /** Waits until files made, renamed or deleted in the folder are so on disk. */
    void force() throws IOException {
        try (FileChannel folder = FileChannel.open(path, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /** Unlocks the folder. */
    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock locked = channel.tryLock();
            return locked != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }
}
