package io.openclickstream.schemas.live;

import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * A number that tells whether both sides have the same rows in the same order: the writer makes it of what it sends, the
 * server of what it got. It depends on values only, not on how buffers are laid out. It finds mistakes, not attacks.
 */
public final class RowDigest {
    /** The digest of no batch at all. */
    public static final long NOTHING = 0;

    private RowDigest() {}

    /** The digest of a batch's rows, {@code _op} included. */
    public static long of(VectorSchemaRoot batch) {
        long digest = batch.getRowCount();
        for (long row : RowHashes.of(batch.getFieldVectors(), batch.getRowCount())) {
            digest = RowHashes.mixed(digest ^ row);
        }
        return digest;
    }

    /** The digest of some batches and one more after them. */
    public static long then(long batches, long next) {
        return RowHashes.mixed(batches * 31 + next);
    }
}
