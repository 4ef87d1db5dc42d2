package io.openclickstream.flight.access;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file whose meaning follows its content. What it meant last stays in force while it is missing or cannot be
 * understood, and that is logged once per content. May be asked by any thread; one thread looks for changes.
 *
 * @param <T> what the content means
 */
public final class WatchedFile<T> {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);
    private static final int MAX_BYTES = 4 << 20;

    private final Path file;
    private final Parser<T> parser;
    private volatile T current;
    private byte[] seen;

    /** Reads the content. The message of an exception goes to the log, so it must not repeat the content. */
    @FunctionalInterface
    public interface Parser<T> {
        /**
         * Reads the content.
         *
         * @throws IllegalArgumentException when it means nothing; the message says why, as half a sentence
         */
        T parse(byte[] content);
    }

    /**
     * Reads the file for the first time.
     *
     * @throws UnusableFile when it cannot be read or understood
     */
    public WatchedFile(Path file, Parser<T> parser) throws UnusableFile {
        this.file = file;
        this.parser = parser;
        try {
            this.seen = read();
            this.current = parser.parse(seen);
        } catch (IOException e) {
            throw new UnusableFile(file, reason(e));
        } catch (IllegalArgumentException e) {
            throw new UnusableFile(file, String.valueOf(e.getMessage()));
        }
    }

    /** What the file meant when it could last be understood. */
    public T current() {
        return current;
    }

    /** Reads the file again if it has changed. */
    public synchronized void look() {
        byte[] content;
        try {
            content = read();
        } catch (IOException e) {
            if (seen.length > 0) {
                warn(reason(e));
                seen = new byte[0];
            }
            return;
        }
        if (Arrays.equals(content, seen)) {
            return;
        }
        seen = content;
        try {
            current = parser.parse(content);
            LOG.atInfo().addKeyValue("file", file).log("read a changed file");
        } catch (IllegalArgumentException e) {
            warn(String.valueOf(e.getMessage()));
        }
    }

    private byte[] read() throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_BYTES + 1);
            if (content.length > MAX_BYTES) {
                throw new IOException("it is larger than " + MAX_BYTES + " bytes");
            }
            return content;
        }
    }

    private void warn(String reason) {
        LOG.atWarn()
                .addKeyValue("file", file)
                .addKeyValue("reason", reason)
                .log("cannot use a changed file; what it said before stays in force");
    }

    private static String reason(IOException e) {
        return e instanceof NoSuchFileException
                ? "there is no such file"
                : "it cannot be read (%s)".formatted(e.getMessage());
    }
}
