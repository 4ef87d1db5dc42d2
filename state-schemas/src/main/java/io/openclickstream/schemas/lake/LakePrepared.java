package io.openclickstream.schemas.lake;

import java.util.Arrays;
import java.util.List;

/**
 * What one subtask has written to the lake between two barriers. Goes from the writers to the committer, which keeps it in
 * state until the checkpoint is complete and committed. Those who refuse clicks of erased persons tell the committer the
 * same way how far they are, and have no files.
 *
 * @param lineage of the job; {@link #NO_LINEAGE} from those who write nothing
 * @param epoch the checkpoint; the smallest it can be when the input has ended
 * @param writer name of the operator
 * @param subtask index of the subtask, below {@code parallelism}
 * @param isEnded the input of this subtask has ended: it tells nothing any more
 * @param content files and progress, see {@link LakeContent}
 */
@SuppressWarnings("ArrayRecordComponent") // nobody changes what is in it
public record LakePrepared(
        String lineage, long epoch, String writer, int subtask, int parallelism, boolean isEnded, byte[] content) {
    /** Of those who write nothing. */
    public static final String NO_LINEAGE = "";

    /** Says up to which entry of the list of erased persons a subtask keeps nothing and lets nothing pass. */
    public static LakePrepared ofErasures(
            long applied, long epoch, String writer, int subtask, int parallelism, boolean isEnded) {
        byte[] content = new LakeContent(List.of(), List.of(), applied).toBytes();
        return new LakePrepared(NO_LINEAGE, epoch, writer, subtask, parallelism, isEnded, content);
    }

    /** The same without its files, when they are committed. */
    public LakePrepared withoutContent() {
        byte[] rest =
                new LakeContent(List.of(), List.of(), LakeContent.of(content).erasuresApplied()).toBytes();
        return new LakePrepared(lineage, epoch, writer, subtask, parallelism, isEnded, rest);
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
