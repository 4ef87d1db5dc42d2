package io.openclickstream.lake.catalog;

import io.openclickstream.lake.storage.LakeStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;

/**
 * The versions of one table: {@code metadata/vN.metadata.json}, each created once and never overwritten. The one with
 * the largest number is the table.
 */
final class EmbeddedTable implements TableOperations {
    /** Says the version to readers that cannot list; it may lag behind by one. */
    static final String HINT = "version-hint.text";

    private static final Pattern VERSION = Pattern.compile(".*/metadata/v(\\d+)\\.metadata\\.json");

    private final LakeStorage storage;
    private final String location;
    private @Nullable TableMetadata current;
    private long version;

    EmbeddedTable(LakeStorage storage, String location) {
        this.storage = storage;
        this.location = location;
    }

    /** The table as it was last read; null, as Iceberg asks for, when there is none. */
    @Override
    @SuppressWarnings("NullAway")
    public TableMetadata current() {
        return current == null ? refresh() : current;
    }

    @Override
    @SuppressWarnings("NullAway")
    public TableMetadata refresh() {
        long latest = latestVersion();
        if (latest != version || current == null) {
            current = latest == 0 ? null : TableMetadataParser.read(storage.io(), file(latest));
            version = latest;
        }
        return current;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // Iceberg says by identity which version a change is based on
    public void commit(@Nullable TableMetadata base, TableMetadata metadata) {
        if (base != current()) {
            throw new CommitFailedException("The table %s has changed in the meantime.", location);
        }
        if (base == metadata) {
            return;
        }
        long next = version + 1;
        byte[] content = TableMetadataParser.toJson(metadata).getBytes(StandardCharsets.UTF_8);
        try {
            create(next, content);
            storage.replace(location + "/metadata/" + HINT, Long.toString(next).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new CommitStateUnknownException(
                    "Whether version %d of the table %s is committed is not known.".formatted(next, location), e);
        }
        current = null;
        CatalogUtil.deleteRemovedMetadataFiles(storage.io(), base, metadata);
    }

    private void create(long next, byte[] content) throws IOException {
        if (!storage.create(file(next), content)
                // Ours when the store had taken it and its answer was lost.
                && !Arrays.equals(LakeStorage.read(storage.io(), file(next)), content)) {
            throw new CommitFailedException("Version %d of the table %s is another's.", next, location);
        }
        // A process that was stopped for long may create a version again whose file is deleted by now.
        long latest = latestVersion();
        if (latest != next && !isBefore(next, latest)) {
            storage.io().deleteFile(file(next));
            throw new CommitFailedException("Version %d of the table %s is of the past.", next, location);
        }
    }

    /** Whether the latest version came from this one: it remembers all before it whose files are not deleted. */
    private boolean isBefore(long number, long latest) {
        return TableMetadataParser.read(storage.io(), file(latest)).previousFiles().stream()
                .anyMatch(entry -> entry.file().equals(file(number)));
    }

    /** 0 when there is none. */
    private long latestVersion() {
        long latest = 0;
        for (FileInfo file : storage.io().listPrefix(location + "/metadata/v")) {
            Matcher name = VERSION.matcher(file.location());
            if (name.matches()) {
                latest = Math.max(latest, Long.parseLong(name.group(1)));
            }
        }
        return latest;
    }

    private String file(long number) {
        return metadataFileLocation("v%d.metadata.json".formatted(number));
    }

    @Override
    public FileIO io() {
        return storage.io();
    }

    @Override
    public String metadataFileLocation(String name) {
        return location + "/metadata/" + name;
    }

    @Override
    public LocationProvider locationProvider() {
        return LocationProviders.locationsFor(location, current().properties());
    }

    /** The same table as it will be, for statements that belong together. */
    @Override
    public TableOperations temp(TableMetadata uncommitted) {
        return new Uncommitted(this, uncommitted);
    }

    private record Uncommitted(EmbeddedTable table, TableMetadata current) implements TableOperations {
        @Override
        public TableMetadata refresh() {
            throw new UnsupportedOperationException("What is not committed cannot be read again.");
        }

        @Override
        public void commit(TableMetadata base, TableMetadata metadata) {
            throw new UnsupportedOperationException("What is not committed is committed as a whole only.");
        }

        @Override
        public FileIO io() {
            return table.io();
        }

        @Override
        public String metadataFileLocation(String name) {
            return table.metadataFileLocation(name);
        }

        @Override
        public LocationProvider locationProvider() {
            return LocationProviders.locationsFor(table.location, current.properties());
        }
    }
}
