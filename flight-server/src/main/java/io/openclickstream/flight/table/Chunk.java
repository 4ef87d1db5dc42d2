package io.openclickstream.flight.table;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.vector.FieldVector;

/**
 * Up to {@link #MAX_ROWS} rows that never change, in Arrow vectors. Reference counted: whoever holds it longer than a
 * call retains it, and the last release frees its buffers. Born with one reference.
 */
final class Chunk {
    static final int MAX_ROWS = 1024;
    private static final long HEAP_PER_COLUMN = 600;
    private static final long HEAP_PER_CHUNK = 1024;

    private final List<FieldVector> columns;
    private final int[] hashes;
    private final long bufferBytes;
    private final AtomicInteger references = new AtomicInteger(1);
    private int owners;

    private Chunk(List<FieldVector> columns, int[] hashes) {
        this.columns = columns;
        this.hashes = hashes;
        this.bufferBytes = buffers(columns);
    }

    /**
     * Copies rows into a new chunk, in the order given.
     *
     * @param hashes of the rows' keys, in the same order
     */
    static Chunk copyOf(List<Rows> sources, int[] hashes, TableSchema schema, BufferAllocator allocator) {
        return new Chunk(Rows.copy(sources, schema, allocator), hashes);
    }

    /** Columns in the table's order; a chunk written before a column was added lacks the last ones. */
    List<FieldVector> columns() {
        return columns;
    }

    int rows() {
        return hashes.length;
    }

    /** The hash of the key of a row. */
    int hash(int row) {
        return hashes[row];
    }

    /** What this chunk costs: its buffers as the allocator counts them, and an estimate of its objects. */
    long bytes() {
        return bufferBytes + 4L * hashes.length + HEAP_PER_CHUNK + HEAP_PER_COLUMN * columns.size();
    }

    /** What its buffers take, as the allocator counts them. */
    long bufferBytes() {
        return bufferBytes;
    }

    /** For {@link Owned}: counts the stores and kept epochs of the table's writer that hold this chunk. */
    int addOwner() {
        return ++owners;
    }

    int removeOwner() {
        return --owners;
    }

    void retain() {
        references.incrementAndGet();
    }

    void release() {
        int left = references.decrementAndGet();
        if (left == 0) {
            columns.forEach(FieldVector::close);
        } else if (left < 0) {
            throw new IllegalStateException("chunk released more often than retained");
        }
    }

    private static long buffers(List<FieldVector> columns) {
        Set<ReferenceManager> counted = Collections.newSetFromMap(new IdentityHashMap<>());
        long bytes = 0;
        for (FieldVector column : columns) {
            for (ArrowBuf buffer : column.getBuffers(false)) {
                if (counted.add(buffer.getReferenceManager())) {
                    bytes += buffer.getReferenceManager().getAccountedSize();
                }
            }
        }
        return bytes;
    }
}
