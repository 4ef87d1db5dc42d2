package io.openclickstream.quickstart.recompute;

import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeCommitter;
import io.openclickstream.lake.LakeEpoch;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.LakeTable;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.schemas.lake.LakeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/** Tables of a lake on a disk, committed by the job's own committer. Their epochs bring at most a file that nobody reads. */
final class CommittedLake implements AutoCloseable {
    static final String LINEAGE = "00000000-0000-0001-0000-000000000001";
    static final String OTHER_LINEAGE = "00000000-0000-0001-0000-000000000002";

    private static final Schema SCHEMA = new Schema(
            Types.NestedField.required(1, "event_id", Types.StringType.get()),
            Types.NestedField.required(2, LakeTable.INGESTION_TIME, Types.TimestampType.withZone()));

    private final LakeCatalog catalog;
    private final List<LakeTable> tables = new ArrayList<>();
    private LakeCommitter job;

    /** Of a job that has opened it, without state. */
    CommittedLake(Path folder, String metric) throws Exception {
        this(folder, LakeSettings.EMBEDDED, metric);
    }

    /** The same with another catalog. */
    CommittedLake(Path folder, String catalogName, String metric) throws Exception {
        catalog = LakeCatalog.open(new LakeSettings("file:" + folder, catalogName, Map.of(), S3Access.DEFAULT));
        start("first", LINEAGE, 0, metric);
    }

    /** Another start of the job, with one metric. */
    void start(String submission, String lineage, long restoredEpoch, String metric) throws Exception {
        tables.clear();
        for (String name : List.of("ledger", "clicks", "rejected", "sessions")) {
            tables.add(new LakeTable(name, name, SCHEMA, List.of()));
        }
        tables.add(new LakeTable(metric, "metrics/" + metric, SCHEMA, List.of()));
        if (job != null) {
            job.close();
        }
        job = new LakeCommitter(catalog, tables, submission);
        job.open(lineage, restoredEpoch);
    }

    /** To all tables. */
    void commit(String lineage, long epoch) throws Exception {
        job.commit(new LakeEpoch(lineage, epoch, Map.of(), List.of()), file -> {});
    }

    /** To all tables but one, whose file does not become visible. */
    void commitWithout(String table, String lineage, long epoch) throws Exception {
        String location = catalog.settings().location("%s/%s-e%d-%s-x.parquet".formatted(table, table, epoch, lineage));
        LakeFile file = new LakeFile(table, location, 0, 1, 1, List.of(), new byte[0], 1);
        try {
            job.commit(new LakeEpoch(lineage, epoch, Map.of(table, List.of(file)), List.of()), upload -> {
                throw new IOException("the store is away");
            });
        } catch (IOException e) {
            return;
        }
        throw new AssertionError("the table %s has epoch %d".formatted(table, epoch));
    }

    @Override
    public void close() {
        job.close();
        catalog.close();
    }
}
