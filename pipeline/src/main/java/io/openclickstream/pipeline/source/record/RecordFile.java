package io.openclickstream.pipeline.source.record;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * The records of a file, one after the other: partition (4 bytes), offset (8), timestamp in milliseconds (8), key and value,
 * each with its length (4 bytes, -1 for null) in front, all big-endian.
 */
final class RecordFile implements Iterator<ConsumerRecord<byte[], byte[]>>, Closeable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final String path;
    private final String topic;
    private final DataInputStream in;
    private long taken;
    private @Nullable ConsumerRecord<byte[], byte[]> next;

    /** @param taken how many of its records were read before */
    RecordFile(String path, String topic, long taken) {
        this.path = path;
        this.topic = topic;
        try {
            in = new DataInputStream(new BufferedInputStream(Files.newInputStream(Path.of(path)), BUFFER_BYTES));
        } catch (IOException e) {
            throw unreadable(e);
        }
        while (this.taken < taken && hasNext()) {
            next();
        }
    }

    /** How many records were returned so far. */
    long taken() {
        return taken;
    }

    @Override
    public boolean hasNext() {
        try {
            if (next == null) {
                next = read().orElse(null);
            }
            return next != null;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    @Override
    public ConsumerRecord<byte[], byte[]> next() {
        ConsumerRecord<byte[], byte[]> record = hasNext() ? next : null;
        if (record == null) {
            throw new NoSuchElementException();
        }
        next = null;
        taken++;
        return record;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private Optional<ConsumerRecord<byte[], byte[]>> read() throws IOException {
        int partition;
        try {
            partition = in.readInt();
        } catch (EOFException e) {
            return Optional.empty();
        }
        long offset = in.readLong();
        long timestamp = in.readLong();
        byte[] key = bytes();
        byte[] value = bytes();
        return Optional.of(new ConsumerRecord<>(
                topic,
                partition,
                offset,
                timestamp,
                TimestampType.CREATE_TIME,
                key == null ? 0 : key.length,
                value == null ? 0 : value.length,
                key,
                value,
                new RecordHeaders(),
                Optional.empty()));
    }

    private byte @Nullable [] bytes() throws IOException {
        int length = in.readInt();
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("it ends in the middle of a record");
        }
        return bytes;
    }

    private UncheckedIOException unreadable(IOException e) {
        return new UncheckedIOException(
                new IOException("Cannot read the records of %s: %s".formatted(path, e.getMessage()), e));
    }
}
