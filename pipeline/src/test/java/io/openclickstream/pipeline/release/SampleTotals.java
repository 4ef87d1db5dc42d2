package io.openclickstream.pipeline.release;

import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.ledger.PartitionKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.functions.MapFunction;

/** Keeps the ledger's latest totals of each partition outside of the job. */
final class SampleTotals implements MapFunction<LedgerEntry, LedgerEntry> {
    private static final long serialVersionUID = 1L;
    private static final Map<String, Map<PartitionKey, LedgerEntry>> TOTALS = new ConcurrentHashMap<>();

    private final String id;

    /** @param id one that no other run of this JVM has */
    SampleTotals(String id) {
        this.id = id;
        TOTALS.put(id, new ConcurrentHashMap<>());
    }

    static List<LedgerEntry> of(String id) {
        return List.copyOf(TOTALS.getOrDefault(id, Map.of()).values());
    }

    @Override
    public LedgerEntry map(LedgerEntry total) {
        TOTALS.get(id)
                .merge(
                        new PartitionKey(total.topic(), total.partition()),
                        total,
                        (known, next) -> next.received() >= known.received() ? next : known);
        return total;
    }
}
