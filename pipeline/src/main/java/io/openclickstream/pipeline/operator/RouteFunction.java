package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.ledger.LedgerEntry;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Sends clicks on, rejected records aside, and counts every record read. */
public final class RouteFunction extends ProcessFunction<SourceRecord, ReceivedClick> {
    private static final long serialVersionUID = 1L;

    /** Malformed and future records. */
    public static final OutputTag<Rejected> REJECTED = new OutputTag<>("rejected", TypeInformation.of(Rejected.class));

    /** One entry per record: that it was read, and its outcome if that is known here. */
    public static final OutputTag<LedgerEntry> COUNTED =
            new OutputTag<>("counted", TypeInformation.of(LedgerEntry.class));

    @Override
    public void processElement(SourceRecord record, Context context, Collector<ReceivedClick> out) {
        SourcePosition position = record.position();
        LedgerEntry read =
                LedgerEntry.none(position.topic(), position.partition()).plusReceived(position.offset());
        if (record.rejected() != null) {
            context.output(REJECTED, record.rejected());
            context.output(COUNTED, read.plus(record.rejected().reason().outcome()));
        } else if (record.click() != null) {
            context.output(COUNTED, read);
            out.collect(record.click());
        }
    }
}
