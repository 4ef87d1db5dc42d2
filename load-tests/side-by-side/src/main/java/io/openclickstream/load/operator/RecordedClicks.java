package io.openclickstream.load.operator;

import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.ReceivedClickBytes;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;

/**
 * Decoded clicks in a file, in the form in which they cross a shuffle: reading one costs what it does there.
 *
 * @param file as a text, for paths cannot be sent to a task
 */
record RecordedClicks(String file) implements Feed {
    private static final long serialVersionUID = 1L;
    private static final int BUFFER_BYTES = 1 << 20;

    /**
     * Writes clicks to a file, in which they stand one behind the other.
     *
     * @param clicksPerSecond of event time
     */
    static RecordedClicks write(Path file, long seed, int clicksPerSecond, long count) throws IOException {
        try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES));
                var clicks = DecodedClicks.of(seed, clicksPerSecond).limit(count)) {
            ReceivedClickBytes bytes = new ReceivedClickBytes();
            for (Iterator<ReceivedClick> each = clicks.iterator(); each.hasNext(); ) {
                bytes.write(each.next(), out);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return new RecordedClicks(file.toString());
    }

    @Override
    public Clicks openAt(long position) throws IOException {
        Reading reading = new Reading(
                new DataInputStream(new BufferedInputStream(Files.newInputStream(Path.of(file)), BUFFER_BYTES)));
        for (long i = 0; i < position; i++) {
            reading.next();
        }
        return reading;
    }

    private static final class Reading implements Clicks {
        private final DataInputStream in;
        private final ReceivedClickBytes bytes = new ReceivedClickBytes();

        Reading(DataInputStream in) {
            this.in = in;
        }

        @Override
        public ReceivedClick next() throws IOException {
            return bytes.read(in);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
