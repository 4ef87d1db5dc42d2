package io.openclickstream.schemas.lake;

import java.util.Arrays;
import java.util.List;

/**
 * What one subtask has written to the lake between two barriers. Goes from the writers to the committer, which keeps it in
 * state until the checkpoint is complete and committed.
 *
 * @param epoch the checkpoint; the smallest it can be when the input has ended
 * @param writer name of the operator
 * @param subtask index of the subtask, below {@code parallelism}
 * @param isEnded the input of this subtask has ended: it tells nothing any more
 * @param content files and progress, see {@link LakeContent}
 */
@SuppressWarnings("ArrayRecordComponent") // nobody changes what is in it
public record LakePrepared(
        String lineage, long epoch, String writer, int subtask, int parallelism, boolean isEnded, byte[] content) {

    /** The same without its files, when they are committed. */
    public LakePrepared withoutContent() {
        return new LakePrepared(
                lineage, epoch, writer, subtask, parallelism, isEnded, new LakeContent(List.of(), List.of()).toBytes());
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof LakePrepared other
                && lineage.equals(other.lineage)
                && epoch == other.epoch
                && writer.equals(other.writer)
                && subtask == other.subtask
                && parallelism == other.parallelism
                && isEnded == other.isEnded
                && Arrays.equals(content, other.content);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(epoch) * 31 + Arrays.hashCode(content);
    }
}
