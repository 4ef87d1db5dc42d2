package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.schemas.lake.LakeFile;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableWriter;

/** Rows of a lake without a job, as its writers write them. */
public final class WrittenLake {
    private WrittenLake() {}

    /** Writes rows in files that can be seen, one for each table and hour of ingestion. */
    @SafeVarargs
    public static <T> List<LakeFile> write(String root, LakeDataset<T> dataset, T... rows) throws IOException {
        RecoverableWriter storage = new Path(root).getFileSystem().createRecoverableWriter();
        var files = new SortedFiles<>(dataset, root, UUID.randomUUID().toString(), "test", storage);
        for (T row : rows) {
            files.add(row);
        }
        files.write(1);
        List<LakeFile> written = files.take();
        for (LakeFile file : written) {
            show(file, storage);
        }
        return written;
    }

    /** Makes a file visible. */
    static void show(LakeFile file, RecoverableWriter storage) throws IOException {
        var upload = storage.getCommitRecoverableSerializer().deserialize(file.uploadVersion(), file.upload());
        storage.recoverForCommit(upload).commitAfterRecovery();
    }
}
