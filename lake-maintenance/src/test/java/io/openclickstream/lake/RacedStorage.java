package io.openclickstream.lake;

import io.openclickstream.lake.storage.LakeStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** Storage before which something happens whenever a version of a table is about to be created. */
public final class RacedStorage implements LakeStorage {
    private final LakeStorage storage;
    private final Race race;

    private RacedStorage(LakeStorage storage, Race race) {
        this.storage = storage;
        this.race = race;
    }

    /** What happens before; when it creates that version, the one who was about to has lost. */
    @FunctionalInterface
    public interface Race {
        void before(String version) throws Exception;
    }

    /** The same lake, as somebody sees it who has to race for every version. */
    public static LakeCatalog open(LakeSettings settings, Race race) throws IOException {
        return LakeCatalog.open(settings, new RacedStorage(LakeStorage.of(settings.rootUri(), settings.s3()), race));
    }

    @Override
    public boolean create(String location, byte[] content) throws IOException {
        try {
            race.before(location);
        } catch (Exception e) {
            throw new IOException(e);
        }
        return storage.create(location, content);
    }

    @Override
    public SupportsPrefixOperations io() {
        return storage.io();
    }

    @Override
    public void replace(String location, byte[] content) throws IOException {
        storage.replace(location, content);
    }

    @Override
    public void upload(Path local, String location) throws IOException {
        storage.upload(local, location);
    }

    @Override
    public List<UnfinishedUpload> unfinishedUploads(String prefix) throws IOException {
        return storage.unfinishedUploads(prefix);
    }

    @Override
    public void giveUp(UnfinishedUpload upload) throws IOException {
        storage.giveUp(upload);
    }

    @Override
    public void close() {
        storage.close();
    }
}
