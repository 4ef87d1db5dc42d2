package io.openclickstream.load.operator;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
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
 * Decoded clicks in a file. Reading one costs a copy of its bytes, as it does behind a shuffle; what the sender sent is
 * left out, since only refused clicks need it.
 *
 * @param file as a text, for paths cannot be sent to a task
 */
record RecordedClicks(String file) implements Feed {
    private static final long serialVersionUID = 1L;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final byte[] NOT_KEPT = {};

    /**
     * Writes clicks to a file, in which they stand one behind the other: length, ingestion time, the click's bytes.
     *
     * @param clicksPerSecond of event time
     */
    static RecordedClicks write(Path file, long seed, int clicksPerSecond, long count) throws IOException {
        try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES));
                var clicks = DecodedClicks.of(seed, clicksPerSecond).limit(count)) {
            for (Iterator<ReceivedClick> each = clicks.iterator(); each.hasNext(); ) {
                ReceivedClick click = each.next();
                byte[] packed = click.click().packed();
                out.writeInt(packed.length);
                out.writeLong(click.source().ingestionTimeMillis());
                out.write(packed);
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
        private long position;

        Reading(DataInputStream in) {
            this.in = in;
        }

        @Override
        public ReceivedClick next() throws IOException {
            byte[] packed = new byte[in.readInt()];
            long ingestionTimeMillis = in.readLong();
            in.readFully(packed);
            SourcePosition source = new SourcePosition(DecodedClicks.TOPIC, 0, position++, ingestionTimeMillis);
            return new ReceivedClick(Click.of(packed), source, null, NOT_KEPT);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
