package io.openclickstream.lake;

import io.openclickstream.schemas.lake.LakeFile;
import io.openclickstream.schemas.lake.LakeProgress;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * All that belongs to one checkpoint.
 *
 * @param epoch number of the checkpoint
 * @param lineage of the job
 * @param files by table, all of them visible; tables without files may be left out
 * @param progress of the partitions that have moved
 * @param erasuresApplied up to which entry of the list of erased persons the job's state had nothing of anybody at the
 *     checkpoint, and later epochs bring nothing of them; empty when that is not known
 */
public record LakeEpoch(
        String lineage,
        long epoch,
        Map<String, List<LakeFile>> files,
        List<LakeProgress> progress,
        OptionalLong erasuresApplied) {
    public LakeEpoch {
        files = Map.copyOf(files);
        progress = List.copyOf(progress);
    }

    /** Of a job that says nothing of erased persons. */
    public LakeEpoch(String lineage, long epoch, Map<String, List<LakeFile>> files, List<LakeProgress> progress) {
        this(lineage, epoch, files, progress, OptionalLong.empty());
    }
}
