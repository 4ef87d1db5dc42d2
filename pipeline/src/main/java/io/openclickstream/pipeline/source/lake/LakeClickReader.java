package io.openclickstream.pipeline.source.lake;

import io.openclickstream.pipeline.source.SourceRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceReaderBase;
import org.apache.flink.core.io.InputStatus;

/**
 * Reads one file after the other. Files are handed out in order of their earliest click, so while one is read nothing
 * earlier than its own earliest click can come any more: that is the watermark.
 */
final class LakeClickReader extends IteratorSourceReaderBase<SourceRecord, SourceRecord, ClickRows, LakeClickSplit> {
    LakeClickReader(SourceReaderContext context) {
        super(context);
    }

    /** Unlike the base's, takes a file without covered clicks. */
    @Override
    public InputStatus pollNext(ReaderOutput<SourceRecord> output) {
        if (iterator == null) {
            InputStatus status = tryMoveToNextSplit();
            if (status != InputStatus.MORE_AVAILABLE) {
                return status;
            }
            if (currentSplit.earliestMillis() > Long.MIN_VALUE) {
                output.emitWatermark(new Watermark(currentSplit.earliestMillis() - 1));
            }
        }
        if (iterator.hasNext()) {
            output.collect(iterator.next());
        } else {
            finishSplit();
        }
        return InputStatus.MORE_AVAILABLE;
    }

    @Override
    protected SourceRecord convert(SourceRecord record) {
        return record;
    }

    @Override
    protected void finishSplit() {
        closeFile();
        super.finishSplit();
    }

    @Override
    public void close() throws Exception {
        closeFile();
        super.close();
    }

    private void closeFile() {
        if (iterator != null) {
            try {
                iterator.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
