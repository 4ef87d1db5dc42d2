package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.live.LiveTable;
import io.openclickstream.schemas.live.LiveTableSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ledger's steps: one per epoch and partition. */
public final class LiveLedger implements LiveRows<LedgerEntry> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<LiveTableSchema> tables() {
        return List.of(LiveTable.LEDGER.definition());
    }

    @Override
    public Object key(LedgerEntry entry) {
        return List.of(entry.topic(), entry.partition(), entry.epoch());
    }

    @Override
    public void write(LedgerEntry entry, LiveBatch row) {
        row.text("topic", entry.topic())
                .int32("partition", entry.partition())
                .int64("epoch", entry.epoch())
                .int64("next_offset", entry.toOffset())
                .int64("received", entry.received())
                .int64("accepted", entry.accepted())
                .int64("duplicate", entry.duplicate())
                .int64("late", entry.late())
                .int64("malformed", entry.malformed())
                .int64("future", entry.future())
                .int64("filtered", entry.filtered())
                .int64("from_offset", entry.fromOffset())
                .millis("ingestion_time", entry.ingestionTimeMillis())
                .value("complete_through", completeThrough(entry))
                .bool("is_drained", entry.isDrained());
    }

    private static @Nullable Long completeThrough(LedgerEntry entry) {
        long millis = entry.completeThroughMillis();
        return millis == LedgerEntry.NOT_KNOWN ? null : millis;
    }
}
