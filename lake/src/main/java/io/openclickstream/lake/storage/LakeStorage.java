package io.openclickstream.lake.storage;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** Where the files of a lake are. Safe for several threads. */
public interface LakeStorage extends AutoCloseable {
    /** Access to files as Iceberg needs it. Locations are absolute URIs. */
    SupportsPrefixOperations io();

    /**
     * Creates a file, whole or not at all, unless there is one.
     *
     * @return false when there is a file of that name; it is left as it is
     */
    boolean create(String location, byte[] content) throws IOException;

    /** Writes a file, whole or not at all, in the place of one that may be there. */
    void replace(String location, byte[] content) throws IOException;

    /**
     * Writes a file as a local one is, whole or not at all, in the place of one that may be there.
     *
     * @param local read while it is written; left as it is
     */
    void upload(Path local, String location) throws IOException;

    /** Uploads that were begun and neither completed nor given up; none where files are written in one go. */
    List<UnfinishedUpload> unfinishedUploads(String prefix) throws IOException;

    /** Gives up an upload; what was sent of it goes. Nothing happens when it is complete or gone. */
    void giveUp(UnfinishedUpload upload) throws IOException;

    /**
     * A file that nobody sees.
     *
     * @param location where it would be
     * @param begun when
     */
    record UnfinishedUpload(String location, String id, Instant begun) {}

    @Override
    void close();

    /**
     * The storage of a lake.
     *
     * @param root {@code s3://BUCKET/PATH} or {@code file:/PATH}
     * @throws IllegalArgumentException for any other place
     */
    static LakeStorage of(URI root, S3Access access) {
        String scheme = root.getScheme() == null ? "" : root.getScheme();
        return switch (scheme) {
            case "file" -> new LocalStorage();
            case "s3", "s3a" -> new S3Storage(access);
            default ->
                throw new IllegalArgumentException(
                        "The lake cannot be at %s: Iceberg tables are kept at s3:// and file: only.".formatted(root));
        };
    }

    /** The content of a file of text or settings, which is read whole. */
    static byte[] read(FileIO io, String location) throws IOException {
        try (var stream = io.newInputFile(location).newStream()) {
            return stream.readAllBytes();
        }
    }
}
