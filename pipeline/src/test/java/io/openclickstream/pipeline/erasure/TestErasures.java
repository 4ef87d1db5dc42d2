package io.openclickstream.pipeline.erasure;

import io.openclickstream.lake.ErasedPersons;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.PersonHash;
import io.openclickstream.lake.storage.LakeStorage;
import io.openclickstream.lake.storage.S3Access;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A list of erased persons in a lake on a disk. */
public final class TestErasures {
    private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");

    private final LakeSettings lake;
    private final ErasedPersons entries;

    public TestErasures(Path folder) {
        lake = LakeSettings.embedded("file:" + folder, S3Access.DEFAULT);
        entries = new ErasedPersons(lake, LakeStorage.of(lake.rootUri(), lake.s3()));
    }

    /** Adds an entry with one person. */
    public void add(String site, String user) throws IOException {
        add(List.of(PersonHash.of(site, user)));
    }

    /** Adds an entry. */
    public void add(List<PersonHash> persons) throws IOException {
        entries.add(AT, persons, Map.of(), List.of());
    }

    /** How many entries there are. */
    public int entries() {
        try {
            return entries.after(0).size();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The list as the job knows it. */
    public ErasureList list(Duration poll) {
        return new ErasureList(lake.root(), poll, Duration.ofSeconds(5));
    }

    public ErasureFeed feed(Duration poll) throws Exception {
        return ErasureFeed.open(list(poll), Map.of());
    }
}
