package io.openclickstream.quickstart.backfill;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Writes records as the pipeline's {@code RecordFile} reads them, and knows what was written. */
final class RecordWriter implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final DataOutputStream out;
    private final Set<Integer> partitions = new TreeSet<>();
    private long records;

    RecordWriter(Path file) throws IOException {
        out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES));
    }

    void write(int partition, long offset, long timestampMillis, byte @Nullable [] key, byte @Nullable [] value)
            throws IOException {
        out.writeInt(partition);
        out.writeLong(offset);
        out.writeLong(timestampMillis);
        write(key);
        write(value);
        partitions.add(partition);
        records++;
    }

    private void write(byte @Nullable [] bytes) throws IOException {
        out.writeInt(bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            out.write(bytes);
        }
    }

    /** How many were written. */
    long records() {
        return records;
    }

    /** Those of which any was written. */
    Set<Integer> partitions() {
        return Set.copyOf(partitions);
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
