package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.pseudonym.PseudonymKeys;
import io.openclickstream.schemas.pseudonym.PseudonymKeysFile;
import io.openclickstream.schemas.pseudonym.WrongKeysException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of keys, for one task. Keys that were read stay in use while the file is missing or cannot be used, and that is
 * logged once per content. Nothing of the content is ever logged.
 */
public final class PseudonymKeyFile {
    private static final Logger log = LoggerFactory.getLogger(PseudonymKeyFile.class);

    private final Path file;
    private byte[] seen;
    private PseudonymKeys current;

    /**
     * Reads the file for the first time.
     *
     * @throws IOException when it cannot be read or used; the message names every mistake
     */
    PseudonymKeyFile(Path file) throws IOException {
        this.file = file;
        try {
            seen = content(file);
            current = PseudonymKeysFile.parse(seen);
        } catch (WrongKeysException e) {
            throw new IOException("pseudonyms.keys=%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** The keys in use. */
    PseudonymKeys current() {
        return current;
    }

    /**
     * Looks whether the file has changed.
     *
     * @param nowMillis the time by the clock
     * @return whether other keys are in use now
     */
    boolean look(long nowMillis) {
        byte[] content;
        try {
            content = content(file);
        } catch (IOException e) {
            if (seen.length > 0) {
                warn(List.of(String.valueOf(e.getMessage())));
                seen = new byte[0];
            }
            return false;
        }
        if (Arrays.equals(content, seen)) {
            return false;
        }
        seen = content;
        try {
            PseudonymKeys keys = PseudonymKeysFile.parse(content);
            List<String> mistakes = keys.mistakesAfter(current.described(), nowMillis);
            if (!mistakes.isEmpty()) {
                warn(mistakes);
                return false;
            }
            current = keys;
        } catch (WrongKeysException e) {
            warn(e.mistakes());
            return false;
        }
        log.info("read a changed file of pseudonym keys; file={} keys={}", file, current);
        return true;
    }

    /**
     * Reads a file of keys.
     *
     * @throws IOException when it cannot be read; the message says why
     */
    public static byte[] content(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(PseudonymKeysFile.MAX_BYTES + 1);
            if (content.length > PseudonymKeysFile.MAX_BYTES) {
                throw new IOException("it is larger than " + PseudonymKeysFile.MAX_BYTES + " bytes");
            }
            return content;
        } catch (NoSuchFileException e) {
            throw new IOException("there is no such file: " + file, e);
        }
    }

    private void warn(List<String> reasons) {
        log.warn(
                "cannot use a changed file of pseudonym keys, those read before stay in use; file={} reasons={}",
                file,
                reasons);
    }
}
