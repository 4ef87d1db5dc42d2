package io.openclickstream.pipeline.source.lake;

import io.openclickstream.pipeline.source.Coverage;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.pipeline.source.WireType;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceEnumerator;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.parquet.column.statistics.LongStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;

/**
 * The accepted clicks of a lake, once each and bounded, with watermarks by which none of them is late: use it with
 * {@code WatermarkStrategy.noWatermarks()}.
 */
public final class LakeClickSource
        implements Source<SourceRecord, LakeClickSplit, Collection<LakeClickSplit>>, ResultTypeQueryable<SourceRecord> {
    private static final long serialVersionUID = 1L;
    private static final String EVENT_TIME = "event_time";

    private final String clicksUri;
    private final Coverage coverage;

    /**
     * @param clicksUri folder of the dataset {@code clicks}
     * @param coverage clicks that it does not cover are left out
     */
    public LakeClickSource(String clicksUri, Coverage coverage) {
        this.clicksUri = clicksUri;
        this.coverage = coverage;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.BOUNDED;
    }

    @Override
    public SourceReader<SourceRecord, LakeClickSplit> createReader(SourceReaderContext context) {
        return new LakeClickReader(context);
    }

    @Override
    public SplitEnumerator<LakeClickSplit, Collection<LakeClickSplit>> createEnumerator(
            SplitEnumeratorContext<LakeClickSplit> context) throws IOException {
        return restoreEnumerator(context, splits());
    }

    @Override
    public SplitEnumerator<LakeClickSplit, Collection<LakeClickSplit>> restoreEnumerator(
            SplitEnumeratorContext<LakeClickSplit> context, Collection<LakeClickSplit> splits) {
        return new IteratorSourceEnumerator<>(context, splits);
    }

    @Override
    public SimpleVersionedSerializer<LakeClickSplit> getSplitSerializer() {
        return new LakeClickSplit.SingleSerializer(new LakeClickSplit.Serializer(coverage));
    }

    @Override
    public SimpleVersionedSerializer<Collection<LakeClickSplit>> getEnumeratorCheckpointSerializer() {
        return new LakeClickSplit.Serializer(coverage);
    }

    @Override
    public TypeInformation<SourceRecord> getProducedType() {
        return WireType.SOURCE_RECORD;
    }

    /** The files of clicks, those with the earliest clicks first. */
    List<LakeClickSplit> splits() throws IOException {
        List<LakeClickSplit> splits = new ArrayList<>();
        Path folder = new Path(clicksUri);
        FileSystem files = folder.getFileSystem();
        boolean isThere = files.exists(folder);
        if (isThere) {
            add(files, folder, splits);
        }
        addCompacted(files, folder, splits);
        if (!isThere && splits.isEmpty()) {
            throw new FileNotFoundException("There is no folder " + folder + ".");
        }
        splits.sort(Comparator.comparingLong(LakeClickSplit::earliestMillis).thenComparing(LakeClickSplit::path));
        return splits;
    }

    private void add(FileSystem files, Path folder, List<LakeClickSplit> splits) throws IOException {
        FileStatus[] children = files.listStatus(folder);
        if (children == null) {
            throw new FileNotFoundException("There is no folder " + folder + ".");
        }
        for (FileStatus child : children) {
            Path path = child.getPath();
            boolean isHidden = path.getName().startsWith(".") || path.getName().startsWith("_");
            if (child.isDir() && !isHidden) {
                add(files, path, splits);
            } else if (!isHidden && path.getName().endsWith(".parquet")) {
                splits.add(new LakeClickSplit(path.toString(), earliestMillis(path), 0, coverage));
            }
        }
    }

    /** The compacted files of hours whose own files maintenance has deleted. */
    private void addCompacted(FileSystem files, Path folder, List<LakeClickSplit> splits) throws IOException {
        Path compacted = new Path(folder.getParent(), "iceberg/clickstream/" + folder.getName() + "/data");
        if (!files.exists(compacted)) {
            return;
        }
        for (FileStatus hour : files.listStatus(compacted)) {
            if (hour.isDir() && !hasFiles(files, new Path(folder, hour.getPath().getName()))) {
                add(files, hour.getPath(), splits);
            }
        }
    }

    /** A folder may outlive its files. */
    private static boolean hasFiles(FileSystem files, Path hour) throws IOException {
        if (files.exists(hour)) {
            for (FileStatus file : files.listStatus(hour)) {
                if (file.getPath().getName().endsWith(".parquet")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static long earliestMillis(Path path) throws IOException {
        long earliestMicros = Long.MAX_VALUE;
        try (ParquetFileReader reader = ParquetFileReader.open(new LakeFile(path))) {
            for (BlockMetaData block : reader.getFooter().getBlocks()) {
                for (ColumnChunkMetaData column : block.getColumns()) {
                    if (column.getPath().toDotString().equals(EVENT_TIME)) {
                        Statistics<?> statistics = column.getStatistics();
                        earliestMicros = statistics instanceof LongStatistics times && times.hasNonNullValue()
                                ? Math.min(earliestMicros, times.getMin())
                                : Long.MIN_VALUE;
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            throw new IOException("Cannot read the Parquet file %s: %s".formatted(path, e.getMessage()), e);
        }
        return earliestMicros == Long.MIN_VALUE ? Long.MIN_VALUE : Math.floorDiv(earliestMicros, 1_000L);
    }
}
