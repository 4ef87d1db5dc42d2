package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.RowDigest;
import org.jspecify.annotations.Nullable;

/**
 * What a subtask had put to a table at some moment, since it was opened.
 *
 * @param digest of all batches, see {@link RowDigest#then}
 * @param watermarkMillis its watermark then; null before the first
 */
public record Mark(
        long batches, long rows, long digest, @Nullable Long watermarkMillis) {
    static final Mark NOTHING = new Mark(0, 0, RowDigest.NOTHING, null);

    /** The mark after one more batch. */
    Mark then(PutHeader header, long batchRows) {
        return new Mark(
                batches + 1, rows + batchRows, RowDigest.then(digest, header.digest()), header.watermarkMillis());
    }
}
