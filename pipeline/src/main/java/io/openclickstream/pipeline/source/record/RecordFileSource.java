package io.openclickstream.pipeline.source.record;

import io.openclickstream.pipeline.source.ClickDecoder;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.pipeline.source.WireType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceEnumerator;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceReaderBase;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The records of a local file, see {@link RecordFile}, decoded as those of Kafka are. Bounded; read by one subtask. */
public final class RecordFileSource
        implements Source<SourceRecord, RecordFileSplit, Collection<RecordFileSplit>>,
                ResultTypeQueryable<SourceRecord> {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final String topic;
    private final ClickDecoder.Settings decoder;

    /** @param topic that the records are said to come from, whatever it was */
    public RecordFileSource(String path, String topic, ClickDecoder.Settings decoder) {
        this.path = path;
        this.topic = topic;
        this.decoder = decoder;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.BOUNDED;
    }

    @Override
    public SourceReader<SourceRecord, RecordFileSplit> createReader(SourceReaderContext context) {
        return new Reader(context, new ClickDecoder(decoder));
    }

    @Override
    public SplitEnumerator<RecordFileSplit, Collection<RecordFileSplit>> createEnumerator(
            SplitEnumeratorContext<RecordFileSplit> context) {
        return restoreEnumerator(context, List.of(new RecordFileSplit(path, topic, 0)));
    }

    @Override
    public SplitEnumerator<RecordFileSplit, Collection<RecordFileSplit>> restoreEnumerator(
            SplitEnumeratorContext<RecordFileSplit> context, Collection<RecordFileSplit> splits) {
        return new IteratorSourceEnumerator<>(context, splits);
    }

    @Override
    public SimpleVersionedSerializer<RecordFileSplit> getSplitSerializer() {
        return new RecordFileSplit.OneSerializer();
    }

    @Override
    public SimpleVersionedSerializer<Collection<RecordFileSplit>> getEnumeratorCheckpointSerializer() {
        return new RecordFileSplit.AllSerializer();
    }

    @Override
    public TypeInformation<SourceRecord> getProducedType() {
        return WireType.SOURCE_RECORD;
    }

    private static final class Reader
            extends IteratorSourceReaderBase<
                    ConsumerRecord<byte[], byte[]>, SourceRecord, RecordFile, RecordFileSplit> {
        private final ClickDecoder decoder;

        Reader(SourceReaderContext context, ClickDecoder decoder) {
            super(context);
            this.decoder = decoder;
        }

        /** The decoder makes exactly one of each. */
        @Override
        protected SourceRecord convert(ConsumerRecord<byte[], byte[]> record) {
            List<SourceRecord> decoded = new ArrayList<>(1);
            decoder.deserialize(record, new ListCollector<>(decoded));
            return Objects.requireNonNull(decoded.get(0));
        }

        @Override
        protected void finishSplit() {
            if (iterator != null) {
                try {
                    iterator.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            super.finishSplit();
        }
    }
}
