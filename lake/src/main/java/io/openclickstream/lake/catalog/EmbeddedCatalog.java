package io.openclickstream.lake.catalog;

import io.openclickstream.lake.storage.LakeStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.iceberg.BaseMetastoreCatalog;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileInfo;

/**
 * Iceberg tables below one folder of the lake, {@code NAMESPACE/TABLE/metadata}, as Iceberg's own catalog for Hadoop lays
 * them out, so that whatever reads those reads these. Unlike that one it is exact on S3, where nothing can be renamed:
 * of two that commit at a time, one is refused by the store.
 */
public final class EmbeddedCatalog extends BaseMetastoreCatalog {
    private static final String HINT = "/metadata/" + EmbeddedTable.HINT;

    private final LakeStorage storage;
    private final String folder;

    /** @param folder location that holds a folder per namespace */
    public EmbeddedCatalog(LakeStorage storage, String folder) {
        this.storage = storage;
        this.folder = folder;
        initialize("embedded", Map.of());
    }

    /**
     * Makes sure that the store never overwrites where it is told not to; all that this catalog promises rests on it.
     *
     * @throws IOException when it does, or cannot be reached
     */
    public void check() throws IOException {
        String probe = folder + "/.never-overwritten";
        byte[] content = "A store that overwrites this loses commits.".getBytes(StandardCharsets.UTF_8);
        boolean isNew = storage.create(probe, content);
        if (isNew && storage.create(probe, content)) {
            throw new IOException(
                    ("The object store at %s overwrites objects in spite of If-None-Match, so of two commits"
                                    + " at a time one would be lost. Use a store that keeps it, or a catalog of its own with"
                                    + " lake.catalog=jdbc:... or https://...")
                            .formatted(folder));
        }
    }

    @Override
    protected TableOperations newTableOps(TableIdentifier table) {
        return new EmbeddedTable(storage, defaultWarehouseLocation(table));
    }

    @Override
    protected String defaultWarehouseLocation(TableIdentifier table) {
        return "%s/%s/%s".formatted(folder, String.join("/", table.namespace().levels()), table.name());
    }

    @Override
    public List<TableIdentifier> listTables(Namespace namespace) {
        String prefix = "%s/%s/".formatted(folder, String.join("/", namespace.levels()));
        var names = new TreeSet<String>();
        for (FileInfo file : storage.io().listPrefix(prefix)) {
            String path = file.location().substring(file.location().indexOf(prefix) + prefix.length());
            if (path.endsWith(HINT)) {
                names.add(path.substring(0, path.length() - HINT.length()));
            }
        }
        return names.stream().map(name -> TableIdentifier.of(namespace, name)).toList();
    }

    /** Refused: the data would stay. */
    @Override
    public boolean dropTable(TableIdentifier table, boolean purge) {
        throw new UnsupportedOperationException(
                "Tables of the lake are not dropped. Delete the folder %s when nobody uses it."
                        .formatted(defaultWarehouseLocation(table)));
    }

    /** Refused: a table is known by its folder. */
    @Override
    public void renameTable(TableIdentifier from, TableIdentifier to) {
        throw new UnsupportedOperationException("Tables of the lake are not renamed.");
    }
}
