package io.openclickstream.lake;

import io.openclickstream.schemas.lake.LakeColumn;
import io.openclickstream.schemas.lake.LakeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds epochs to the tables of the lake: to each one a snapshot for every epoch, once, however often it is asked to. What
 * a table already has is known by lineage and epoch, and stands in its properties. Tables are committed side by side,
 * since each waits for the store most of the time. To be used by one thread; several processes keep each other out.
 */
public final class LakeCommitter implements AutoCloseable {
    /** Snapshots of a table that are kept unless another number is asked for. */
    public static final int MAX_SNAPSHOTS = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(LakeCommitter.class);
    private static final int ATTEMPTS = 20;
    private static final int TABLES_AT_A_TIME = 8;
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(10);

    private final LakeCatalog catalog;
    private final Map<String, LakeTable> tables;
    private final String submission;
    private final int maxSnapshots;
    private final Map<String, Integer> snapshots = new ConcurrentHashMap<>();
    private final Set<String> isWarnedOf = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newFixedThreadPool(TABLES_AT_A_TIME, work -> {
        Thread thread = new Thread(work, "lake-commit");
        thread.setDaemon(true);
        return thread;
    });

    /** @param submission id of the job's submission; the same after a failover, and another when it is started anew */
    public LakeCommitter(LakeCatalog catalog, List<LakeTable> tables, String submission) {
        this(catalog, tables, submission, MAX_SNAPSHOTS);
    }

    /**
     * The same with another bound.
     *
     * @param maxSnapshots of a table; each is in every version of its metadata, which a commit writes anew. When nobody
     *     maintains the lake, the oldest go. The files of theirs that nobody needs stay for maintenance to clean up
     */
    public LakeCommitter(LakeCatalog catalog, List<LakeTable> tables, String submission, int maxSnapshots) {
        this.catalog = catalog;
        this.tables = new TreeMap<>();
        tables.forEach(table -> this.tables.put(table.name(), table));
        this.submission = submission;
        this.maxSnapshots = maxSnapshots;
    }

    /** How many snapshots the table has that has most, as of the last commit; 0 before the first. */
    public int mostSnapshots() {
        return snapshots.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /**
     * Makes the lake what the job's restored state says of it: later epochs of its lineage are taken back, from the tables
     * and from the folders, since the job will write their rows again.
     *
     * @param restoredEpoch the checkpoint the job was restored from; 0 when it starts without state
     * @throws LakeRefusedException when another submission has replaced this one, another lineage has begun since, or
     *     what has to be taken back is in one file with what has to stay; then nothing was changed
     * @throws IOException when the catalog or the store fails; asking again is right, whatever has been done
     */
    public void open(String lineage, long restoredEpoch) throws IOException, InterruptedException {
        List<Opening> openings = sideBySide(wanted -> {
            Table table = catalog.loadOrCreate(wanted);
            Opening.check(table, lineage, restoredEpoch, submission);
            return new Opening(catalog, wanted, table);
        });
        Iterator<Opening> each = openings.iterator();
        Map<String, Opening> byTable = new HashMap<>();
        tables.keySet().forEach(name -> byTable.put(name, each.next()));
        sideBySide(wanted -> {
            Opening opening = Objects.requireNonNull(byTable.get(wanted.name()), "every table has one");
            opening.open(lineage, restoredEpoch, submission);
            return opening;
        });
    }

    /** Makes a file visible that was only written so far. */
    @FunctionalInterface
    public interface Upload {
        /** May be called again for a file that is visible already. */
        void complete(LakeFile file) throws IOException;
    }

    /**
     * Commits an epoch to every table that does not have it. A file is made visible before its table is told of it.
     *
     * @throws LakeRefusedException when another submission has replaced this one
     * @param upload may be called by several threads at a time
     * @throws IOException when a file cannot be made visible, or the catalog or the store fails; asking again is right,
     *     whatever has been done
     */
    public void commit(LakeEpoch epoch, Upload upload) throws IOException, InterruptedException {
        sideBySide(table -> {
            commit(table, epoch, upload);
            return table;
        });
    }

    /** What is done with one table. */
    @FunctionalInterface
    private interface Work<T> {
        T on(LakeTable table) throws IOException;
    }

    /** Works on all tables at a time, and waits for all of them, whatever becomes of one; results in the tables' order. */
    private <T> List<T> sideBySide(Work<T> work) throws IOException, InterruptedException {
        List<Callable<T>> all = new ArrayList<>();
        tables.values().forEach(table -> all.add(() -> work.on(table)));
        List<T> results = new ArrayList<>();
        for (Future<T> done : threads.invokeAll(all)) {
            try {
                results.add(done.get());
            } catch (ExecutionException e) {
                Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
                if (cause instanceof LakeRefusedException || cause instanceof IncompatibleTableException) {
                    throw (RuntimeException) cause; // no waiting mends it
                }
                throw new IOException("The lake's tables cannot be changed: " + cause.getMessage(), cause);
            }
        }
        return results;
    }

    private void commit(LakeTable wanted, LakeEpoch epoch, Upload upload) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Table table = catalog.loadOrCreate(wanted);
            EpochMark mark = EpochMark.of(table.properties());
            if (!mark.isOf(submission)) {
                throw new LakeRefusedException(
                        "The table %s belongs to another submission of the job by now (%s), so this one (%s) must not write to it. Stop one of them."
                                .formatted(wanted.name(), mark.submissions(), submission));
            }
            if (has(mark, epoch)) {
                return;
            }
            List<LakeFile> files = missing(mark, wanted, epoch);
            for (LakeFile file : files) {
                upload.complete(file);
            }
            try {
                append(table, files, mark.then(epoch), epoch);
                return;
            } catch (CommitFailedException | ValidationException | CommitStateUnknownException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                LOG.info(
                        "Looking again whether table {} has epoch {}: {}",
                        wanted.name(),
                        epoch.epoch(),
                        e.getMessage());
            }
        }
    }

    /** Without those of earlier epochs that are committed, of which a restored job may tell again. */
    private static List<LakeFile> missing(EpochMark mark, LakeTable table, LakeEpoch epoch) {
        long committed = mark.epoch(epoch.lineage()).orElse(0L);
        return epoch.files().getOrDefault(table.name(), List.of()).stream()
                .filter(file -> EpochFile.parse(file.location()).orElseThrow().firstEpoch() > committed)
                .toList();
    }

    private static boolean has(EpochMark mark, LakeEpoch epoch) {
        return mark.epoch(epoch.lineage()).orElse(0L) >= epoch.epoch();
    }

    private void append(Table table, List<LakeFile> files, EpochMark then, LakeEpoch epoch) {
        Transaction transaction = table.newTransaction();
        AppendFiles append = transaction
                .newAppend()
                .set(EpochMark.LINEAGE, epoch.lineage())
                .set(EpochMark.EPOCH, Long.toString(epoch.epoch()))
                .set(EpochMark.COMPLETE_THROUGH, Long.toString(then.completeThroughMillis()))
                .set(EpochMark.FRONTIER, then.frontierJson())
                // Iceberg tries again by itself on what others have committed; then it must still be ours to do.
                .validateWith(ancestors -> isStillDue(table, epoch));
        epoch.erasuresApplied().ifPresent(number -> append.set(EpochMark.ERASURES_APPLIED, Long.toString(number)));
        for (LakeFile file : files) {
            append.appendFile(dataFile(table, file));
        }
        append.commit();
        var properties = transaction.updateProperties();
        then.writeTo(properties);
        properties.commit();
        int count = count(transaction.table());
        if (count > maxSnapshots) {
            letOldestGo(transaction, count);
        }
        transaction.commitTransaction();
        snapshots.put(table.name(), Math.min(count, maxSnapshots));
    }

    /** Only from the table: what their files are is found out by maintenance, and would take too long here. */
    private void letOldestGo(Transaction transaction, int count) {
        transaction
                .expireSnapshots()
                .expireOlderThan(Long.MAX_VALUE)
                .retainLast(maxSnapshots)
                .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
                .commit();
        String name = transaction.table().name();
        if (isWarnedOf.add(name)) {
            LOG.warn(
                    "Nobody maintains the lake, so with every epoch the oldest snapshot of a table goes: table={}"
                            + " snapshots={} kept={}. Run ./clickstream maintain every hour or so, or allow more with"
                            + " lake.max-snapshots",
                    name,
                    count,
                    maxSnapshots);
        }
    }

    private static int count(Table table) {
        int count = 0;
        for (Snapshot unused : table.snapshots()) {
            count++;
        }
        return count;
    }

    private boolean isStillDue(Table table, LakeEpoch epoch) {
        EpochMark mark =
                EpochMark.of(((HasTableOperations) table).operations().current().properties());
        return mark.isOf(submission) && !has(mark, epoch);
    }

    static DataFile dataFile(Table table, LakeFile file) {
        PartitionData hour = new PartitionData(table.spec().partitionType());
        hour.set(0, Math.toIntExact(file.ingestionHour()));
        return DataFiles.builder(table.spec())
                .withPath(file.location())
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(file.bytes())
                .withPartition(hour)
                .withMetrics(metrics(file))
                .build();
    }

    private static Metrics metrics(LakeFile file) {
        Map<Integer, Long> bytes = new HashMap<>();
        Map<Integer, Long> values = new HashMap<>();
        Map<Integer, Long> nulls = new HashMap<>();
        Map<Integer, ByteBuffer> lower = new HashMap<>();
        Map<Integer, ByteBuffer> upper = new HashMap<>();
        for (LakeColumn column : file.columns()) {
            bytes.put(column.fieldId(), column.bytes());
            values.put(column.fieldId(), column.values());
            nulls.put(column.fieldId(), column.nulls());
            put(lower, column.fieldId(), column.lower());
            put(upper, column.fieldId(), column.upper());
        }
        return new Metrics(file.rows(), bytes, values, nulls, null, lower, upper);
    }

    private static void put(Map<Integer, ByteBuffer> bounds, int fieldId, byte @Nullable [] bound) {
        if (bound != null) {
            bounds.put(fieldId, ByteBuffer.wrap(bound));
        }
    }

    /** Interrupts what is going on and waits until it has ended: nothing is written any more by the time this returns. */
    @Override
    public void close() {
        threads.shutdownNow();
        boolean isInterrupted = Thread.interrupted(); // as a task is that is cancelled
        try {
            if (!threads.awaitTermination(ENDS_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("A commit to the lake does not end though it was interrupted: waited={}", ENDS_WITHIN);
            }
        } catch (InterruptedException e) {
            isInterrupted = true;
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
