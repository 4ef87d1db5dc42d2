package io.openclickstream.lake;

import io.openclickstream.lake.catalog.EmbeddedCatalog;
import io.openclickstream.lake.storage.LakeStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SessionCatalog;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.HTTPClient;
import org.apache.iceberg.rest.RESTSessionCatalog;
import org.apache.iceberg.types.Types;

/** The tables of a lake. Their metadata is below {@code iceberg/clickstream}, whichever catalog lists them. */
public final class LakeCatalog implements AutoCloseable {
    /** The namespace of all tables. */
    public static final Namespace NAMESPACE = Namespace.of("clickstream");

    /** Folder of the tables' metadata and of compacted files. */
    public static final String FOLDER = "iceberg";

    private static final int FORMAT_VERSION = 2;
    private static final String NAME = "clickstream";

    private static final Map<String, String> TABLE_PROPERTIES = Map.of(
            TableProperties.PARQUET_COMPRESSION, "zstd",
            // Versions of the metadata are small, and there is one for every epoch.
            TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true",
            TableProperties.METADATA_PREVIOUS_VERSIONS_MAX, "50");

    private final LakeSettings settings;
    private final LakeStorage storage;
    private final Catalog catalog;

    private LakeCatalog(LakeSettings settings, LakeStorage storage, Catalog catalog) {
        this.settings = settings;
        this.storage = storage;
        this.catalog = catalog;
    }

    /**
     * Opens the catalog that the settings name.
     *
     * @throws IOException when the lake or the catalog cannot be reached, or the store cannot keep a catalog
     */
    public static LakeCatalog open(LakeSettings settings) throws IOException {
        LakeStorage storage = LakeStorage.of(settings.rootUri(), settings.s3());
        try {
            return new LakeCatalog(settings, storage, catalog(settings, storage));
        } catch (IOException | RuntimeException e) {
            storage.close();
            throw e;
        }
    }

    private static Catalog catalog(LakeSettings settings, LakeStorage storage) throws IOException {
        String place = settings.catalog();
        if (place.equals(LakeSettings.EMBEDDED)) {
            var embedded = new EmbeddedCatalog(storage, settings.location(FOLDER));
            embedded.check();
            return embedded;
        }
        Map<String, String> properties = new HashMap<>(settings.catalogProperties());
        properties.put(CatalogProperties.URI, place);
        properties.put(CatalogProperties.WAREHOUSE_LOCATION, settings.location(FOLDER));
        Catalog catalog = place.startsWith("jdbc:") ? jdbc(storage, properties) : rest(storage, properties);
        if (catalog instanceof SupportsNamespaces namespaces && !namespaces.namespaceExists(NAMESPACE)) {
            create(namespaces);
        }
        return catalog;
    }

    private static void create(SupportsNamespaces namespaces) {
        try {
            namespaces.createNamespace(NAMESPACE);
        } catch (AlreadyExistsException e) {
            // Another was faster.
        }
    }

    private static Catalog jdbc(LakeStorage storage, Map<String, String> properties) {
        properties.putIfAbsent(JdbcCatalog.PROPERTY_PREFIX + "schema-version", "V1");
        var catalog = new JdbcCatalog(unused -> storage.io(), null, true);
        catalog.initialize(NAME, properties);
        return catalog;
    }

    private static Catalog rest(LakeStorage storage, Map<String, String> properties) {
        var sessions = new RESTSessionCatalog(
                all -> HTTPClient.builder(all)
                        .uri(all.get(CatalogProperties.URI))
                        .build(),
                (context, all) -> storage.io());
        sessions.initialize(NAME, properties);
        return sessions.asCatalog(SessionCatalog.SessionContext.createEmpty());
    }

    /** Which lake this is. */
    public LakeSettings settings() {
        return settings;
    }

    /** The files of the lake. */
    public LakeStorage storage() {
        return storage;
    }

    /** Names of the tables that are there, sorted. */
    public List<String> tables() {
        return catalog.listTables(NAMESPACE).stream()
                .map(TableIdentifier::name)
                .sorted()
                .toList();
    }

    /** The table as it is now; empty when there is none. */
    public Optional<Table> load(String name) {
        try {
            return Optional.of(catalog.loadTable(TableIdentifier.of(NAMESPACE, name)));
        } catch (NoSuchTableException e) {
            return Optional.empty();
        }
    }

    /**
     * The table as it is now: made when there is none, with columns added that it lacks.
     *
     * @throws IncompatibleTableException when a column has another id or type there
     */
    public Table loadOrCreate(LakeTable wanted) {
        Table table = load(wanted.name()).orElseGet(() -> create(wanted));
        addColumns(table, wanted.schema());
        return table;
    }

    private Table create(LakeTable wanted) {
        String location = settings.location(FOLDER + "/" + NAMESPACE + "/" + wanted.name());
        String first = "%s/metadata/first-%s.metadata.json".formatted(location, UUID.randomUUID());
        try {
            storage.create(
                    first, TableMetadataParser.toJson(first(wanted, location)).getBytes(StandardCharsets.UTF_8));
            return catalog.registerTable(TableIdentifier.of(NAMESPACE, wanted.name()), first);
        } catch (AlreadyExistsException | CommitFailedException e) {
            return load(wanted.name()).orElseThrow(() -> e);
        } catch (IOException e) {
            throw new UncheckedIOException("The table %s cannot be created".formatted(wanted.name()), e);
        }
    }

    /** A table that Iceberg makes itself would get field ids of its own, and the files have theirs. */
    private static TableMetadata first(LakeTable wanted, String location) {
        return TableMetadata.buildFromEmpty(FORMAT_VERSION)
                .assignUUID()
                .setLocation(location)
                .setCurrentSchema(wanted.schema(), wanted.schema().highestFieldId())
                .setDefaultPartitionSpec(wanted.partitions())
                .setDefaultSortOrder(wanted.order())
                .setProperties(TABLE_PROPERTIES)
                .build();
    }

    private static void addColumns(Table table, Schema wanted) {
        UpdateSchema update = table.updateSchema();
        boolean isNews = false;
        for (Types.NestedField column : wanted.columns()) {
            Types.NestedField there = table.schema().findField(column.name());
            if (there == null) {
                update.addColumn(column.name(), column.type(), column.doc());
                isNews = true;
            } else if (there.fieldId() != column.fieldId() || !there.type().equals(column.type())) {
                throw new IncompatibleTableException(
                        ("The table %s has the column %s as %s with field id %d, and this program writes it as %s with"
                                        + " field id %d. Give the column another name.")
                                .formatted(
                                        table.name(),
                                        column.name(),
                                        there.type(),
                                        there.fieldId(),
                                        column.type(),
                                        column.fieldId()));
            }
        }
        if (isNews) {
            update.commit();
            addColumns(table, wanted); // Iceberg gives ids itself; in the order of the files' they are the files'
        }
    }

    @Override
    public void close() {
        try {
            if (catalog instanceof AutoCloseable closeable) {
                closeable.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException("The catalog of %s cannot be closed".formatted(settings), e);
        } finally {
            storage.close();
        }
    }
}
