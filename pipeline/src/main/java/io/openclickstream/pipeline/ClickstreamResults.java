package io.openclickstream.pipeline;

import static io.openclickstream.pipeline.ClickstreamPipeline.named;
import static io.openclickstream.schemas.OperatorUid.FINAL_METRICS;
import static io.openclickstream.schemas.OperatorUid.LAKE_CLICKS;
import static io.openclickstream.schemas.OperatorUid.LAKE_COMMIT;
import static io.openclickstream.schemas.OperatorUid.LAKE_LEDGER;
import static io.openclickstream.schemas.OperatorUid.LAKE_METRICS;
import static io.openclickstream.schemas.OperatorUid.LAKE_REJECTED;
import static io.openclickstream.schemas.OperatorUid.LAKE_SESSIONS;
import static io.openclickstream.schemas.OperatorUid.LIVE_COMMIT;
import static io.openclickstream.schemas.OperatorUid.LIVE_LEDGER;
import static io.openclickstream.schemas.OperatorUid.LIVE_METRICS;
import static io.openclickstream.schemas.OperatorUid.LIVE_SESSIONS;
import static io.openclickstream.schemas.OperatorUid.ROUTE;
import static io.openclickstream.schemas.OperatorUid.SESSIONIZE;

import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.sink.lake.LakeCommitOperator;
import io.openclickstream.pipeline.sink.lake.LakeDataset;
import io.openclickstream.pipeline.sink.lake.LakeTarget;
import io.openclickstream.pipeline.sink.lake.LakeWriteOperator;
import io.openclickstream.pipeline.sink.live.LiveCommitOperator;
import io.openclickstream.pipeline.sink.live.LiveLedger;
import io.openclickstream.pipeline.sink.live.LiveMetrics;
import io.openclickstream.pipeline.sink.live.LivePushOperator;
import io.openclickstream.pipeline.sink.live.LiveRows;
import io.openclickstream.pipeline.sink.live.LiveSessions;
import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.lake.LakePrepared;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.live.LivePrepared;
import io.openclickstream.schemas.metric.PaneResult;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * What the job computes, and where it goes.
 *
 * @param clicks accepted clicks, each once
 * @param sessions every change of a session, open ones too when they are shown
 * @param finalSessions final sessions, each once
 * @param metrics results of panes: early, closed, corrected and final
 * @param rejected records refused, with their bytes
 * @param ledger what became of the records of each epoch and partition
 * @param ledgerTotals the same, summed up since the beginning; not stored, but it shows that counts outlive a restart
 * @param erasuresApplied how far those who refuse clicks of erased persons have come
 */
public record ClickstreamResults(
        DataStream<ReceivedClick> clicks,
        DataStream<SessionChange> sessions,
        DataStream<Session> finalSessions,
        DataStream<PaneResult> metrics,
        DataStream<Rejected> rejected,
        DataStream<LedgerEntry> ledger,
        DataStream<LedgerEntry> ledgerTotals,
        DataStream<LakePrepared> erasuresApplied,
        MetricCatalog catalog) {

    /** Writes all that is final to the Parquet lake, and commits it to Iceberg's tables with each checkpoint. */
    void storeIn(LakeTarget lake) {
        DataStream<PaneResult> finalMetrics = named(metrics.filter(PaneResult::isFinal), FINAL_METRICS);
        DataStream<LakePrepared> prepared = store(clicks, lake, LakeDataset.clicks(), LAKE_CLICKS)
                .union(
                        store(finalSessions, lake, LakeDataset.sessions(), LAKE_SESSIONS),
                        store(finalMetrics, lake, LakeDataset.metrics(catalog), LAKE_METRICS),
                        store(rejected, lake, LakeDataset.rejected(), LAKE_REJECTED),
                        store(ledger, lake, LakeDataset.ledger(), LAKE_LEDGER),
                        erasuresApplied);
        Set<String> writers = Stream.of(
                        LAKE_CLICKS, LAKE_SESSIONS, LAKE_METRICS, LAKE_REJECTED, LAKE_LEDGER, ROUTE, SESSIONIZE)
                .map(OperatorUid::uid)
                .collect(Collectors.toSet());
        named(prepared.global().transform("", Types.VOID, new LakeCommitOperator(lake, catalog, writers)), LAKE_COMMIT)
                .setParallelism(1)
                .setMaxParallelism(1);
    }

    /** Pushes all that changes to the live tables, and commits them with each checkpoint. */
    void pushTo(LivePushOperator.Settings live) {
        DataStream<LivePrepared> prepared = push(sessions, live, new LiveSessions(), LIVE_SESSIONS)
                .union(
                        push(metrics, live, new LiveMetrics(catalog), LIVE_METRICS),
                        push(ledger, live, new LiveLedger(), LIVE_LEDGER));
        Set<String> writers = catalog.metrics().isEmpty() // who writes no table tells nothing
                ? Set.of(LIVE_SESSIONS.uid(), LIVE_LEDGER.uid())
                : Set.of(LIVE_SESSIONS.uid(), LIVE_METRICS.uid(), LIVE_LEDGER.uid());
        named(prepared.global().transform("", Types.VOID, new LiveCommitOperator(live, writers)), LIVE_COMMIT)
                .setParallelism(1)
                .setMaxParallelism(1);
    }

    private static <T> DataStream<LakePrepared> store(
            DataStream<T> rows, LakeTarget lake, LakeDataset<T> dataset, OperatorUid uid) {
        return named(
                rows.transform("", TypeInformation.of(LakePrepared.class), new LakeWriteOperator<>(lake, dataset, uid)),
                uid);
    }

    private static <T> DataStream<LivePrepared> push(
            DataStream<T> rows, LivePushOperator.Settings live, LiveRows<T> columns, OperatorUid uid) {
        return named(
                rows.transform("", TypeInformation.of(LivePrepared.class), new LivePushOperator<>(live, columns, uid)),
                uid);
    }
}
