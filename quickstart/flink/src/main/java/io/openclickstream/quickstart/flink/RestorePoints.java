package io.openclickstream.quickstart.flink;

import java.io.DataInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what a job can be restored from: every completed checkpoint and savepoint under the given folders, whatever
 * job wrote it. A folder whose {@code _metadata} is missing or unreadable was never completed and is passed over.
 */
final class RestorePoints {
    private static final Logger log = LoggerFactory.getLogger(RestorePoints.class);
    private static final String METADATA = "_metadata";

    /**
     * One checkpoint or savepoint.
     *
     * @param path its folder
     * @param checkpointId counts up through all restores, so the largest is the newest
     */
    record RestorePoint(Path path, long checkpointId, long writtenAtMillis) {}

    private RestorePoints() {}

    /**
     * All restore points, the newest first.
     *
     * @param checkpoints folder with {@code <job>/chk-<n>}; may be missing
     * @param savepoints folder with {@code savepoint-<job>-<n>}; may be missing
     */
    static List<RestorePoint> newestFirst(Path checkpoints, Path savepoints) throws IOException {
        List<RestorePoint> points = new ArrayList<>();
        for (Path job : folders(checkpoints)) {
            for (Path checkpoint : folders(job)) {
                if (checkpoint.getName().startsWith("chk-")) {
                    addCompleted(checkpoint, points);
                }
            }
        }
        for (Path savepoint : folders(savepoints)) {
            addCompleted(savepoint, points);
        }
        points.sort(Comparator.comparingLong(RestorePoint::checkpointId)
                .thenComparingLong(RestorePoint::writtenAtMillis)
                .reversed());
        return points;
    }

    /** Deletes a restore point; a failure is logged and leaves it behind. */
    static void delete(RestorePoint point) {
        try {
            point.path().getFileSystem().delete(point.path(), true);
        } catch (IOException e) {
            log.warn("cannot delete the old restore point {}: {}", point.path(), e.getMessage());
        }
    }

    private static void addCompleted(Path folder, List<RestorePoint> points) throws IOException {
        Path metadata = new Path(folder, METADATA);
        FileSystem files = folder.getFileSystem();
        try {
            long writtenAt = files.getFileStatus(metadata).getModificationTime();
            try (DataInputStream in = new DataInputStream(files.open(metadata))) {
                long id = Checkpoints.loadCheckpointMetadata(
                                in, RestorePoints.class.getClassLoader(), folder.toString())
                        .getCheckpointId();
                points.add(new RestorePoint(folder, id, writtenAt));
            }
        } catch (FileNotFoundException e) {
            log.info("passing over {}: it was never completed", folder);
        } catch (IOException | RuntimeException e) {
            log.warn("passing over {}: its metadata cannot be read: {}", folder, e.toString());
        }
    }

    private static List<Path> folders(Path parent) throws IOException {
        FileStatus[] children;
        try {
            children = parent.getFileSystem().listStatus(parent);
        } catch (FileNotFoundException e) {
            return List.of();
        }
        List<Path> folders = new ArrayList<>();
        if (children != null) {
            for (FileStatus child : children) {
                if (child.isDir()) {
                    folders.add(child.getPath());
                }
            }
        }
        return folders;
    }
}
