package io.openclickstream.quickstart.platform;

import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folder that holds everything one platform keeps. While it is open no other platform can open it. */
public final class DataFolder implements Closeable {
    private static final String MARKER = ".open-clickstream";
    private static final String LOCK = ".lock";
    private static final String CREDENTIALS = "s3.credentials";
    private static final String PIPELINE_OPTIONS = "pipeline.properties";
    private static final long LEAST_FREE_BYTES = 512L << 20;

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private DataFolder(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Opens a folder, which is made when it isn't there.
     *
     * @param fresh whether to delete first what an earlier platform left in it
     * @throws CannotStartException when it is not ours, in use, not writable, or the disk is full
     */
    public static DataFolder open(Path folder, boolean fresh) throws CannotStartException {
        Path path = folder.toAbsolutePath().normalize();
        FileChannel channel = null;
        try {
            Files.createDirectories(path);
            if (!Files.exists(path.resolve(MARKER)) && !isEmpty(path)) {
                throw new CannotStartException(
                        "Cannot use the data folder %s: it holds files of something else. Give another with --data.dir."
                                .formatted(path));
            }
            channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new CannotStartException(
                        "Cannot use the data folder %s: another platform that is running uses it. Stop that one, or give another folder with --data.dir."
                                .formatted(path));
            }
            Files.writeString(
                    path.resolve(MARKER), "Data of Open Clickstream. --fresh deletes what is in this folder.\n");
            DataFolder opened = new DataFolder(path, channel, lock);
            if (fresh) {
                opened.clear();
            }
            opened.requireSpace();
            return opened;
        } catch (IOException e) {
            close(channel);
            throw new CannotStartException(
                    "Cannot use the data folder %s: it cannot be written (%s). Give another with --data.dir."
                            .formatted(path, reason(e)),
                    e);
        }
    }

    /** Whether a folder holds a platform's data. */
    public static boolean isOne(Path folder) {
        return Files.exists(folder.resolve(MARKER));
    }

    /** Whether a platform that is running uses this folder. */
    public static boolean isInUse(Path folder) throws IOException {
        Path file = folder.resolve(LOCK);
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = tryLock(channel)) {
            return lock == null;
        }
    }

    /** The options of the pipeline that last wrote to a platform's data, by dotted name; none when none did. */
    public static Map<String, String> pipelineOptions(Path folder) throws IOException {
        Map<String, String> options = new HashMap<>();
        Path file = folder.resolve(PIPELINE_OPTIONS);
        if (Files.exists(file)) {
            Properties kept = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                kept.load(reader);
            }
            kept.stringPropertyNames().forEach(name -> options.put(name, kept.getProperty(name)));
        }
        return options;
    }

    /** Keeps the pipeline's options, for whoever wants to compute the same again. */
    void keepPipelineOptions(Map<String, String> options) throws IOException {
        Properties kept = new Properties();
        kept.putAll(options);
        try (Writer writer = Files.newBufferedWriter(path.resolve(PIPELINE_OPTIONS))) {
            kept.store(writer, "What the pipeline was last started with");
        }
    }

    /** Its absolute path. */
    public Path path() {
        return path;
    }

    /** Where the processes' logs are. */
    public Path logs() {
        return path.resolve("logs");
    }

    /** A process's own folder. */
    public Path of(ChildName child) {
        return path.resolve(child.module());
    }

    /**
     * The keys of this folder's object store, made on first use.
     *
     * @param accessKey who reads and writes
     * @param secretKey never printed
     */
    public record S3Keys(String accessKey, String secretKey) {
        @Override
        public String toString() {
            return "S3Keys[" + accessKey + ", (hidden)]";
        }
    }

    /** The keys of this folder's object store. */
    public S3Keys s3Keys() throws IOException {
        Path file = path.resolve(CREDENTIALS);
        if (!Files.exists(file)) {
            SecureRandom random = new SecureRandom();
            List<String> lines = List.of("access-key=clickstream-" + hex(random, 4), "secret-key=" + hex(random, 20));
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            Files.write(file, lines);
        }
        return s3Keys(path);
    }

    /** The keys of a platform's object store; it must have been started once. */
    public static S3Keys s3Keys(Path folder) throws IOException {
        Path file = folder.resolve(CREDENTIALS);
        Properties keys = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            keys.load(reader);
        }
        String accessKey = keys.getProperty("access-key");
        String secretKey = keys.getProperty("secret-key");
        if (accessKey == null || secretKey == null) {
            throw new IOException(file + " does not hold access-key and secret-key. Use --fresh to start anew");
        }
        return new S3Keys(accessKey, secretKey);
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }

    private void clear() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                boolean kept =
                        file.equals(path) || file.equals(path.resolve(MARKER)) || file.equals(path.resolve(LOCK));
                if (!kept) {
                    Files.delete(file);
                }
            }
        }
    }

    private void requireSpace() throws IOException, CannotStartException {
        long free = Files.getFileStore(path).getUsableSpace();
        if (free < LEAST_FREE_BYTES) {
            close();
            throw new CannotStartException(
                    "Cannot use the data folder %s: its disk has %d MiB left, less than %d MiB. Free some, or give a folder on another disk with --data.dir."
                            .formatted(path, free >> 20, LEAST_FREE_BYTES >> 20));
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    private static void close(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // The first failure is the one that is reported.
                return;
            }
        }
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName().replaceAll("Exception$", "") + ": " + e.getMessage();
    }

    private static String hex(SecureRandom random, int bytes) {
        byte[] drawn = new byte[bytes];
        random.nextBytes(drawn);
        return HexFormat.of().formatHex(drawn);
    }
}
