package io.openclickstream.maintenance;

import io.openclickstream.lake.storage.LakeStorage.UnfinishedUpload;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.io.FileInfo;

/**
 * All that is to be done for one table, decided from what it was at one moment.
 *
 * @param compactions earliest hour first
 * @param expired ids of snapshots that go
 * @param orphans files that nobody refers to
 * @param uploads that were begun long ago and never completed
 * @param hours of the job's own files that go, since compacted ones hold the same rows; oldest first
 * @param remarks what somebody should know, such as why an old hour stays
 */
record TablePlan(
        String table,
        List<Compaction> compactions,
        List<Long> expired,
        List<FileInfo> orphans,
        List<UnfinishedUpload> uploads,
        List<EpochHour> hours,
        List<String> remarks) {

    /** The job's files of one hour. */
    record EpochHour(long hour, List<FileInfo> files) {}

    boolean isEmpty() {
        return compactions.isEmpty() && expired.isEmpty() && orphans.isEmpty() && uploads.isEmpty() && hours.isEmpty();
    }

    /** For a person: one line for each thing that is done, and those worth knowing. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Compaction compaction : compactions) {
            lines.add("%s: compact %d files of %s, %d rows, %d bytes, into %s"
                    .formatted(
                            table,
                            compaction.inputs().size(),
                            LakeLayout.hourFolder(compaction.hour()),
                            compaction.rows(),
                            compaction.bytes(),
                            compaction.output().fileName()));
        }
        if (!expired.isEmpty()) {
            lines.add("%s: expire %d snapshots".formatted(table, expired.size()));
        }
        orphans.forEach(
                orphan -> lines.add("%s: delete %s, to which nobody refers".formatted(table, orphan.location())));
        uploads.forEach(upload -> lines.add(
                "%s: give up the upload of %s, begun %s".formatted(table, upload.location(), upload.begun())));
        for (EpochHour hour : hours) {
            lines.add("%s: delete the %d files of epochs of %s, which are compacted"
                    .formatted(table, hour.files().size(), LakeLayout.hourFolder(hour.hour())));
        }
        remarks.forEach(remark -> lines.add("%s: %s".formatted(table, remark)));
        if (isEmpty()) {
            lines.add(table + ": nothing to do");
        }
        return lines;
    }
}
