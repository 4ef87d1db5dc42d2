package io.openclickstream.lake;

import io.openclickstream.lake.storage.LakeStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** Storage on a disk whose calls fail when a test says so: before they do anything, or after they did it all. */
final class FaultyStorage implements LakeStorage {
    private final LakeStorage storage;
    private final SupportsPrefixOperations files = new FaultyFiles();
    private final AtomicInteger callsToFault = new AtomicInteger(Integer.MAX_VALUE);
    private final AtomicLong calls = new AtomicLong();
    private volatile boolean isDone;

    FaultyStorage(LakeStorage storage) {
        this.storage = storage;
    }

    /**
     * Lets one call fail.
     *
     * @param inCalls 1 for the next one
     * @param done whether it is done all the same, so that only its answer is lost
     */
    void failIn(int inCalls, boolean done) {
        isDone = done;
        callsToFault.set(inCalls);
    }

    /** From now on all is well. */
    void mend() {
        callsToFault.set(Integer.MAX_VALUE);
    }

    /** How many calls there were. */
    long calls() {
        return calls.get();
    }

    @Override
    public SupportsPrefixOperations io() {
        return files;
    }

    @Override
    public boolean create(String location, byte[] content) throws IOException {
        boolean isLost = isFault();
        failUnlessDone(isLost);
        boolean created = storage.create(location, content);
        failWhenDone(isLost);
        return created;
    }

    @Override
    public void replace(String location, byte[] content) throws IOException {
        boolean isLost = isFault();
        failUnlessDone(isLost);
        storage.replace(location, content);
        failWhenDone(isLost);
    }

    @Override
    public void upload(Path local, String location) throws IOException {
        boolean isLost = isFault();
        failUnlessDone(isLost);
        storage.upload(local, location);
        failWhenDone(isLost);
    }

    @Override
    public List<UnfinishedUpload> unfinishedUploads(String prefix) throws IOException {
        failUnlessDone(isFault());
        return storage.unfinishedUploads(prefix);
    }

    @Override
    public void giveUp(UnfinishedUpload upload) throws IOException {
        failUnlessDone(isFault());
        storage.giveUp(upload);
    }

    @Override
    public void close() {
        storage.close();
    }

    private boolean isFault() {
        calls.incrementAndGet();
        return callsToFault.decrementAndGet() == 0;
    }

    private void failUnlessDone(boolean isFault) throws IOException {
        if (isFault && !isDone) {
            throw new IOException("the store is away");
        }
    }

    private void failWhenDone(boolean isFault) throws IOException {
        if (isFault) {
            throw new IOException("the answer is lost");
        }
    }

    private void mayFail() {
        if (isFault()) {
            throw new UncheckedIOException(new IOException("the store is away"));
        }
    }

    private final class FaultyFiles implements SupportsPrefixOperations {
        private static final long serialVersionUID = 1L;

        @Override
        public InputFile newInputFile(String location) {
            mayFail();
            return storage.io().newInputFile(location);
        }

        @Override
        public OutputFile newOutputFile(String location) {
            mayFail();
            return storage.io().newOutputFile(location);
        }

        @Override
        public void deleteFile(String location) {
            mayFail();
            storage.io().deleteFile(location);
        }

        @Override
        public Iterable<FileInfo> listPrefix(String prefix) {
            mayFail();
            return storage.io().listPrefix(prefix);
        }

        @Override
        public void deletePrefix(String prefix) {
            mayFail();
            storage.io().deletePrefix(prefix);
        }
    }
}
