package io.openclickstream.flight.table;

/**
 * What the chunks of a table cost, each counted once however many of its stores and kept epochs hold it. What only
 * readers still hold is not in here. For one writer.
 */
final class Owned {
    private long bytes;
    private long bufferBytes;

    /** A store or a kept epoch holds the chunk from now on; it retains the chunk by itself. */
    void add(Chunk chunk) {
        if (chunk.addOwner() == 1) {
            bytes += chunk.bytes();
            bufferBytes += chunk.bufferBytes();
        }
    }

    /** The opposite of {@link #add}. */
    void remove(Chunk chunk) {
        if (chunk.removeOwner() == 0) {
            bytes -= chunk.bytes();
            bufferBytes -= chunk.bufferBytes();
        }
    }

    /** What the chunks cost, with an estimate of their objects. */
    long bytes() {
        return bytes;
    }

    /** What the allocator has given for them. */
    long bufferBytes() {
        return bufferBytes;
    }
}
