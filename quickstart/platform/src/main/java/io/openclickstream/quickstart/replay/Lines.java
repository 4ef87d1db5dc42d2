package io.openclickstream.quickstart.replay;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream line by line in bounded memory. A line ends with LF or CR LF; other control characters are part of it.
 * Text is UTF-8; a line that isn't is taken for ISO 8859-1, as old logs are. A byte order mark is left out.
 */
final class Lines implements Closeable {
    /** The longest line that is read, in bytes; of a longer one only the fact is reported. */
    static final int MAX_BYTES = 1 << 20;

    /**
     * One line.
     *
     * @param number counts from 1
     * @param text without its end; empty when {@code tooLong}
     */
    record Line(long number, String text, boolean tooLong) {}

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int limit;
    private long number;

    Lines(InputStream in) {
        this.in = in;
    }

    /** The next line; null at the end. A last line without an end counts, an empty rest does not. */
    @Nullable
    Line next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        boolean tooLong = false;
        boolean any = false;
        while (position < limit || fill()) {
            any = true;
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            if (line.size() + (end - position) > MAX_BYTES) {
                tooLong = true;
                line.reset();
            }
            if (!tooLong) {
                line.write(buffer, position, end - position);
            }
            position = end + 1;
            if (end < limit) {
                return line(line, tooLong);
            }
            position = limit;
        }
        return any ? line(line, tooLong) : null;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private Line line(ByteArrayOutputStream bytes, boolean tooLong) {
        number++;
        String text = tooLong ? "" : decode(bytes.toByteArray());
        if (number == 1 && text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        return new Line(number, text.endsWith("\r") ? text.substring(0, text.length() - 1) : text, tooLong);
    }

    private static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }
}
