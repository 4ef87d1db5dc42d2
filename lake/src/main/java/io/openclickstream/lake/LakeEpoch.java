package io.openclickstream.lake;

import io.openclickstream.schemas.lake.LakeFile;
import io.openclickstream.schemas.lake.LakeProgress;
import java.util.List;
import java.util.Map;

/**
 * All that belongs to one checkpoint.
 *
 * @param epoch number of the checkpoint
 * @param lineage of the job
 * @param files by table, all of them visible; tables without files may be left out
 * @param progress of the partitions that have moved
 */
public record LakeEpoch(String lineage, long epoch, Map<String, List<LakeFile>> files, List<LakeProgress> progress) {
    public LakeEpoch {
        files = Map.copyOf(files);
        progress = List.copyOf(progress);
    }
}
