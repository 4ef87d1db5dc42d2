package io.openclickstream.schemas.live;

import java.util.List;
import org.apache.arrow.memory.util.hash.ArrowBufHasher;
import org.apache.arrow.memory.util.hash.MurmurHasher;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * A number that tells whether both sides have the same rows in the same order: the writer makes it of what it sends, the
 * server of what it got. It depends on values only, not on how buffers are laid out. It finds mistakes, not attacks.
 */
public final class RowDigest {
    /** The digest of no batch at all. */
    public static final long NOTHING = 0;

    private static final ArrowBufHasher HASHER = new MurmurHasher(0x2f1b);

    private RowDigest() {}

    /** The digest of a batch's rows, {@code _op} included. */
    public static long of(VectorSchemaRoot batch) {
        List<FieldVector> columns = batch.getFieldVectors();
        long[] rows = new long[batch.getRowCount()];
        for (FieldVector column : columns) {
            for (int row = 0; row < rows.length; row++) {
                rows[row] = rows[row] * 31 + column.hashCode(row, HASHER);
            }
        }
        long digest = rows.length;
        for (long row : rows) {
            digest = mixed(digest ^ row);
        }
        return digest;
    }

    /** The digest of some batches and one more after them. */
    public static long then(long batches, long next) {
        return mixed(batches * 31 + next);
    }

    /** The finalizer of SplitMix64: every bit of the input moves about half of the output. */
    private static long mixed(long value) {
        long bits = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
        return bits ^ (bits >>> 31);
    }
}
