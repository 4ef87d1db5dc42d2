package io.openclickstream.schemas.live;

/**
 * What one subtask has put to one live table before the barrier of a checkpoint, since it was opened, all of it durable.
 * Goes from the writers to the committer, which keeps it in state until the checkpoint is complete and committed.
 *
 * @param epoch the checkpoint; the smallest it can be when the input has ended
 * @param writer name of the operator
 * @param subtask index of the subtask, below {@code parallelism}
 * @param lanes how many tables this subtask writes to; there is one of these for each
 * @param token under which it was put
 * @param digest of all batches, see {@link RowDigest#then}
 * @param isEnded the input of this subtask has ended: this is part of all later checkpoints, too
 */
public record LivePrepared(
        String lineage,
        long epoch,
        String writer,
        int subtask,
        int parallelism,
        int lanes,
        long token,
        String table,
        long batches,
        long rows,
        long digest,
        boolean isEnded) {

    /** The same as the committer tells it to the server. */
    public EpochCommit.Lane lane() {
        return new EpochCommit.Lane(writer, subtask, token, table, batches, rows, digest);
    }
}
